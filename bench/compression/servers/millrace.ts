import { csv, ndjson, serve, stream } from 'millrace'
import { compress } from 'millrace/middleware'
import * as records from './records.ts'

const blocks = { headers: { 'content-type': 'application/json' } }
const { port } = await serve({
  use: [compress()],
  routes: {
    '/records': () => ndjson(records.cities),
    '/batches': () => ndjson(records.batches, { batches: true }),
    '/csv': () => csv(records.cities),
    '/slow': () => ndjson(records.slowRecords),
    '/slow-blocks': () => stream(records.slowLines, blocks),
  },
})
records.tell(port)
