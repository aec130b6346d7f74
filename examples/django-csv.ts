// Django's large CSV: a writer that wants a file is given something whose `write` hands its text back, so that every
// row can be yielded in place of being stored.
import { serve, stream } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { createCsvEncoder } from 'millrace/formats'

type Row = readonly (string | number)[]

/** Where the rows come from: called once for each request, and closed with its reply. */
export type ReadRows = () => Iterable<Row> | AsyncIterable<Row>

/** A file that stores nothing: what is written comes back. */
class Echo {
  write(text: string): string {
    return text
  }
}

/** Writes rows to anything with a `write`, and gives what that gives. */
class RowWriter {
  readonly #file: Echo
  readonly #encoder = createCsvEncoder()

  constructor(file: Echo) {
    this.#file = file
  }

  writeRow(row: Row): string {
    return this.#file.write(this.#encoder.encode(row))
  }
}

/** `/` is a CSV file to save, one block for each row, with nothing kept of the rows before. */
export function streamedCsv(readRows: ReadRows): Routes {
  const headers = { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="rows.csv"' }
  return { '/': () => stream(() => toLines(readRows()), { headers }) }
}

async function* toLines(rows: ReturnType<ReadRows>): AsyncGenerator<string> {
  const writer = new RowWriter(new Echo())
  for await (const row of rows) yield writer.writeRow(row)
}

/** As many rows as a sheet of the first spreadsheets had. */
function* sheet(): Generator<Row> {
  for (let index = 0; index < 65_536; index++) yield [`Row ${index}`, index]
}

if (import.meta.main) {
  const server = await serve({ port: Number(process.env['PORT'] ?? 0), routes: streamedCsv(sheet) })
  console.log(server.url)
}
