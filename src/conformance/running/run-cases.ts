import type { ConformanceCase } from '../conformance-case.ts'

/**
 * Runs cases by their places: those that measure times together, then the others together, so many at a time, then those that
 * want to be alone, then those that come last. `run` must not reject.
 */
export async function runCases(
  cases: readonly ConformanceCase[],
  { run, concurrency }: { run: (one: ConformanceCase) => Promise<void>; concurrency: number },
): Promise<void> {
  const placed = (place: ConformanceCase['place']) =>
    cases.filter((one) => (one.place ?? 'together') === place)
  await runTogether(placed('timed'), run, concurrency)
  await runTogether(placed('together'), run, concurrency)
  for (const one of [...placed('alone'), ...placed('last')]) await run(one)
}

async function runTogether(
  cases: readonly ConformanceCase[],
  run: (one: ConformanceCase) => Promise<void>,
  concurrency: number,
): Promise<void> {
  const rest = cases.values()
  const work = async () => {
    for (const one of rest) await run(one)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}
