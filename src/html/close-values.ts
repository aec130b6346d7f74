import { Blocks } from '../body/blocks.ts'
import { isPromiseLike } from '../body/run-closers.ts'
import { isSource } from '../body/source.ts'
import type { Frame } from './html-writer.ts'
import { Later } from './later.ts'
import { Template } from './template.ts'

/**
 * Closes the sources among values that nobody will read; those of a promise when it settles.
 * @returns what their closers threw.
 */
export async function closeValues(values: readonly unknown[]): Promise<unknown[]> {
  const errors: unknown[] = []
  for (const source of findSources(values)) errors.push(...(await new Blocks(source).close()))
  return errors
}

function* findSources(values: readonly unknown[]): Generator<object> {
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue
    if (value instanceof Template) yield* findSources(value.values)
    else if (value instanceof Later) yield* findSources([value.content, value.fallback])
    else if (Array.isArray(value)) yield* findSources(value)
    else if (isPromiseLike(value)) void value.then(closeLate, ignore)
    else if (isSource(value)) yield value
  }
}

/** Closes what a promise gives after everything is over; what that throws becomes a warning of the process. */
export async function closeLate(value: unknown): Promise<void> {
  for (const error of await closeValues([value])) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}

// Nobody waits for this promise any more, so its failure changes nothing.
function ignore(): void {}

/** Closes what a place where writing would have gone on holds; gives what the closers threw. */
export async function closeFrame(frame: Frame, reason: unknown): Promise<unknown[]> {
  switch (frame.kind) {
    case 'source':
      return frame.blocks.close(reason)
    case 'template':
      return closeValues(frame.template.values.slice(valueAt(frame)))
    case 'list':
      return closeValues(frame.list.slice(frame.at))
    case 'promise':
      return closeValues([frame.promise])
    default:
      return []
  }
}

function valueAt({ template, at }: Frame & { kind: 'template' }): number {
  return template.parts[at]?.at ?? template.values.length
}
