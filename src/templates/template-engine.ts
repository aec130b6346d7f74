import { type Closer, isPromiseLike, unstartedCloser } from '../body/run-closers.ts'

/** The result of asking for the next piece: the same as that of an iterator. */
export type PieceStep = IteratorResult<string, undefined>

/** One template being rendered. */
export interface PieceReader {
  /**
   * Renders up to the next piece, an empty one included, and no further; without a promise where nothing has to be
   * waited for. Not called again before it has answered.
   * @throws TemplateError that names the template, the line and the column; the reader is at its end then.
   */
  next(): PieceStep | PromiseLike<PieceStep>
  /** Ends the rendering and closes every source that it has opened, and those of the data that it has not. */
  close(reason?: unknown): PromiseLike<void>
}

/** The values that a template sees, by name. */
export type TemplateData = Readonly<Record<string, unknown>>

/** Something that renders templates piece by piece. */
export interface TemplateEngine {
  /** Begins to render; nothing is loaded or evaluated before the first piece is asked for. */
  open(name: string, data: TemplateData): PieceReader
}

/** Closers of the generators and streams among the data, but for those that a template has begun to read. */
export function* dataClosers(
  data: TemplateData,
  { begun, reason }: { begun?: ReadonlySet<unknown>; reason?: unknown } = {},
): Generator<Closer> {
  // A getter is not called for this.
  for (const { value } of Object.values(Object.getOwnPropertyDescriptors(data))) {
    if (begun?.has(value) || isPromiseLike(value)) continue
    const closer = unstartedCloser(value, reason)
    if (closer) yield closer
  }
}
