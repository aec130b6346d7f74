import { HttpError } from '../../reply/http-error.ts'
import type { Limits } from './limits.ts'

/**
 * Checks what can be counted of a head. `fields`: names and values in turn.
 * @throws HttpError 414 for a target that is too long, 431 for too many fields.
 */
export function checkHead(target: string, fields: readonly string[], limits: Limits): void {
  const { maxTargetBytes, maxHeaders } = limits
  if (target.length > maxTargetBytes)
    throw new HttpError(414, `Cannot use a target of more than ${maxTargetBytes} bytes`)
  if (fields.length > maxHeaders * 2)
    throw new HttpError(431, `Cannot use a head of more than ${maxHeaders} fields`)
}
