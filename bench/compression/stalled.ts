// Readers that do not read a compressed stream of 20 MB: `node bench/compression/stalled.ts [--readers=20]`.
import { parseArgs } from 'node:util'
import { measureStalled } from '../../test/compression/stalled-readers.ts'
import { formatTable } from '../table.ts'

const { values } = parseArgs({ options: { readers: { type: 'string', default: '20' } } })
const readers = Number(values.readers)
const rows: string[][] = []
for (const [path, encoding] of [
  ['/sse', 'gzip'],
  ['/ndjson', 'deflate'],
  ['/sse', 'br'],
  ['/ndjson', 'zstd'],
] as const) {
  const { rss, inUse, asked } = await measureStalled({ path, encoding, readers })
  rows.push([`${path}, ${encoding}`, ...[rss / 1e6, inUse / 1e6, asked / 1e3].map((size) => size.toFixed(1))])
  console.log(rows.at(-1)?.join('  '))
}
const head = [`${readers} readers`, 'resident, MB', 'in use, MB', 'asked for each, MB']
console.log(formatTable(head, rows))
