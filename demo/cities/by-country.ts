/** The cities of one country, to be read before the next country is asked for. */
export interface CountryRows<Row> {
  readonly code: string
  readonly rows: Generator<Row, void, undefined>
}

/** Rows that come in the order of their countries, country by country, all from one reader. */
export function* byCountry<Row>(
  batches: Iterable<readonly Row[]>,
  codeOf: (row: Row) => string,
): Generator<CountryRows<Row>, void, undefined> {
  const all = flatten(batches)
  let step = all.next()
  function* take(code: string): Generator<Row, void, undefined> {
    while (!step.done && codeOf(step.value) === code) {
      const row = step.value
      step = all.next()
      yield row
    }
  }
  try {
    while (!step.done) {
      const code = codeOf(step.value)
      yield { code, rows: take(code) }
      // Whatever of this country nobody has asked for.
      for (const _ of take(code));
    }
  } finally {
    all.return()
  }
}

function* flatten<Row>(batches: Iterable<readonly Row[]>): Generator<Row, void, undefined> {
  for (const batch of batches) yield* batch
}
