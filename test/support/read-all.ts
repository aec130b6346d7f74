/** Everything that a source gives, in order. */
export async function readAll<T>(source: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}
