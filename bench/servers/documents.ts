// Large documents in the manner of a user: a ZIP archive and a tar archive of files that are made as they are sent, and
// a JSON document of records. `node documents.ts PORT`.
import { json, reply, serve, tar, zip } from 'millrace'
import type { ArchiveEntry } from 'millrace/formats'

const BLOCK = 65_536

// One buffer for all blocks: what is measured is the archive, not the making of its contents.
function* fill(bytes: number): Generator<Uint8Array> {
  const block = Buffer.alloc(BLOCK)
  for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at)
  for (let left = bytes; left > 0; left -= BLOCK) {
    block.writeDoubleLE(left, 0)
    yield left < BLOCK ? block.subarray(0, left) : block
  }
}

// One file goes past 4 GiB where the archive is large, and many small ones come after it.
function* entries(bytes: number): Generator<ArchiveEntry> {
  const most = Math.floor(bytes * 0.9)
  yield { name: 'readme.txt', body: 'made while it was sent\n' }
  yield { name: 'large/' }
  yield { name: 'large/most.bin', size: most, body: fill(most) }
  const size = Math.floor((bytes - most) / 1000)
  for (let index = 0; index < 1000; index++) yield { name: `small/${index}.bin`, size, body: fill(size) }
}

function* records(count: number) {
  for (let id = 0; id < count; id++) yield { id, name: `Stadt ${id}`, isLarge: id % 7 === 0 }
}

const server = await serve({
  port: Number(process.argv[2]),
  routes: {
    '/zip': ({ query }) => zip([...entries(Number(query.get('bytes')))]),
    '/tar': ({ query }) => tar(entries(Number(query.get('bytes')))),
    '/json': ({ query }) => {
      const count = Number(query.get('records'))
      return json({ made: new Date(), count: Promise.resolve(count), rows: records(count) })
    },
    '/memory': () => {
      globalThis.gc?.()
      return reply(JSON.stringify(process.memoryUsage()))
    },
  },
})
console.log(`READY ${server.url}`)
