// Flask's first streaming example: a table too large for memory, made row by row while it is sent.
//
// Flask takes a generator of lines from the view and sends each as it comes. So does `stream`; `csv` takes the rows
// themselves, quotes what must be quoted, and lets rows that are ready together leave together.
import { csv, serve, stream } from 'millrace'
import type { Routes } from 'millrace/gateway'

type Row = readonly (string | number)[]

/** Where the rows come from: called once for each request, and closed with its reply. */
export type ReadRows = () => Iterable<Row> | AsyncIterable<Row>

/** `/lines.csv` joins the fields by hand, a block for each row; `/large.csv` leaves the format to millrace. */
export function largeCsv(readRows: ReadRows): Routes {
  return {
    '/lines.csv': () => stream(() => toLines(readRows()), { headers: { 'content-type': 'text/csv' } }),
    '/large.csv': () => csv(readRows, { columns: ['city', 'people'], filename: 'large.csv' }),
  }
}

async function* toLines(rows: ReturnType<ReadRows>): AsyncGenerator<string> {
  for await (const row of rows) yield `${row.join(',')}\n`
}

/** A million rows, each made when it is asked for. */
function* manyRows(): Generator<Row> {
  for (let index = 1; index <= 1_000_000; index++) yield [`City ${index}`, index * 7]
}

if (import.meta.main) {
  const server = await serve({ port: Number(process.env['PORT'] ?? 0), routes: largeCsv(manyRows) })
  console.log(`${server.url}/large.csv`)
}
