import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csv, json, ndjson, type Reply, reply, tar, zip } from 'millrace'
import { file } from 'millrace/reply'
import { openTestServer } from '../support/test-server.ts'
import { hostileText } from './hostile-text.ts'
import { readFileName } from './read-file-name.ts'

// As in a header of some kilobytes, which is what clients take.
const names = hostileText.map((text) => text.slice(0, 1000))

it('G12: every hostile file name is one value in one field, for a reader of RFC 6266', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-names-'))
  const path = join(folder, 'a.txt')
  await writeFile(path, 'text')
  const makers: Readonly<Record<string, (filename: string) => Reply | Promise<Reply>>> = {
    csv: (filename) => csv([{ a: 1 }], { filename }),
    ndjson: (filename) => ndjson([1], { filename }),
    json: (filename) => json([1], { filename }),
    zip: (filename) => zip([], { filename }),
    tar: (filename) => tar([], { filename }),
    file: (filename) => file(path, { filename }),
  }
  let answer: () => Reply | Promise<Reply> = () => reply('')
  await using server = await openTestServer({ routes: { '/': () => answer() } })
  const client = server.client()
  const ask = async (make: typeof answer) => {
    answer = make
    client.get('/')
    return client.reply()
  }
  for (const make of Object.values(makers)) {
    const plain = await ask(() => make('plain.txt'))
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const made = await ask(() => make(name))
        expect([made.status, [...made.headers.keys()], made.body.equals(plain.body)]).toEqual([
          200,
          [...plain.headers.keys()],
          true,
        ])
        expect(readFileName(made.headers.get('content-disposition') ?? '')).toBe(name.toWellFormed())
      }),
      { numRuns: 60 },
    )
  }
  await rm(folder, { recursive: true })
})
