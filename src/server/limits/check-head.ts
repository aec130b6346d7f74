import { HttpError } from '../../reply/http-error.ts'
import type { Limits } from './limits.ts'

/**
 * Checks what can be counted of a head. `fields`: names and values in turn.
 * @throws HttpError 414 for a target that is too long, 431 for too many fields.
 */
export function checkHead(target: string, fields: readonly string[], limits: Limits): void {
  const { maxTargetBytes, maxHeaders } = limits
  if (target.length > maxTargetBytes) throw new HttpError(414, toTargetText(maxTargetBytes))
  if (fields.length > maxHeaders * 2)
    throw new HttpError(
      431,
      `Cannot use a head of more than ${maxHeaders} fields: send less, or raise maxHeaders`,
    )
}

/**
 * Counts the bytes of a head, where its protocol does not.
 * @throws HttpError 431 for too many.
 */
export function checkHeadBytes(target: string, fields: readonly string[], { maxHeadBytes }: Limits): void {
  let bytes = target.length
  for (const text of fields) bytes += text.length
  if (bytes > maxHeadBytes)
    throw new HttpError(
      431,
      `Cannot use a head of more than ${maxHeadBytes} bytes: send less, or raise maxHeadBytes`,
    )
}

/** What the client is told of a target of more than so many bytes. */
export function toTargetText(maxTargetBytes: number): string {
  return `Cannot use a target of more than ${maxTargetBytes} bytes: send less, or raise maxTargetBytes`
}
