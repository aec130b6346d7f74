/** Reads the same again and again, each time from a source of its own. */
export function* repeatBatches<Batch>(
  times: number,
  open: () => Iterable<Batch>,
): Generator<Batch, void, undefined> {
  for (let time = 0; time < times; time++) yield* open()
}
