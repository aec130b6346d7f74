/** Makes the thread compute; {@link slow} is not resumed before it returns. */
export type Work = () => void

/** Two lines with work between them, which leaves the event loop no chance to send the first one later (G1). */
export function* slow(work: Work = computeForOneSecond): Generator<string, void, undefined> {
  yield `${toTime()}  first block, made before the work\n`
  const start = performance.now()
  work()
  const seconds = ((performance.now() - start) / 1000).toFixed(3)
  yield `${toTime()}  second block, made after ${seconds} s of CPU\n`
}

function computeForOneSecond(): void {
  const end = performance.now() + 1000
  while (performance.now() < end);
}

function toTime(): string {
  return new Date().toISOString().slice(11, 23)
}
