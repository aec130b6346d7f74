import { unzipSync } from 'fflate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csv } from '../csv.ts'
import { checkEntryName } from './entries/check-entry-name.ts'
import { zip } from './zip.ts'

async function unpack(reply: Response): Promise<Record<string, string>> {
  const files = unzipSync(new Uint8Array(await reply.arrayBuffer()))
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
  )
}

function isName(name: string): boolean {
  try {
    return checkEntryName(name) === name
  } catch {
    // Refused, which another test looks at.
    return false
  }
}

describe('zip', () => {
  it('is a streamed archive of whatever a reply can have, and of replies', async () => {
    const made = zip(
      [
        { name: 'text.txt', body: 'grün' },
        { name: 'bytes', body: Buffer.from([65, 66]) },
        { name: 'folder/' },
        { name: 'folder/rows.csv', body: csv([{ a: 1 }]) },
        { name: 'folder/streamed', body: ReadableStream.from(['a', 'b']) },
        { name: 'file', body: new Blob(['blob']) },
        { name: 'fetched', body: new Response('from elsewhere') },
        { name: 'empty', body: null },
      ],
      { filename: 'all.zip' },
    )
    expect(made).toMatchObject({ streaming: true, options: { delivery: 'turn' } })
    expect(made.headers.get('content-type')).toBe('application/zip')
    expect(made.headers.get('content-disposition')).toBe('attachment; filename=all.zip')
    expect(await unpack(made)).toEqual({
      'text.txt': 'grün',
      bytes: 'AB',
      'folder/': '',
      'folder/rows.csv': 'a\r\n1\r\n',
      'folder/streamed': 'ab',
      file: 'blob',
      fetched: 'from elsewhere',
      empty: '',
    })
  })

  it('takes entries from any source', async () => {
    const entries = async function* () {
      yield { name: 'a', body: 'x' }
      yield { name: 'b', body: 'y' }
    }
    for (const source of [
      entries(),
      entries,
      [
        { name: 'a', body: 'x' },
        { name: 'b', body: 'y' },
      ].values(),
    ]) {
      expect(await unpack(zip(source))).toEqual({ a: 'x', b: 'y' })
    }
  })

  it('G6: has a Content-Length where all sizes are known', async () => {
    const made = zip([{ name: 'a/' }, { name: 'a/ü', body: 'xyz' }, { name: 'b', body: ['1', '2'], size: 2 }])
    expect(Number(made.headers.get('content-length'))).toBe((await made.arrayBuffer()).byteLength)
    expect(zip([{ name: 'b', body: ['1', '2'] }]).headers.has('content-length')).toBe(false)
  })

  it('G12: refuses a bad name, and two entries of one name: a list at once, a source when it comes', async () => {
    const bad = [{ name: 'a' }, { name: '../a' }]
    expect(() => zip(bad)).toThrow('Cannot name an entry "../a": it has the step ..')
    await expect(zip(bad.values()).text()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('"../a"') },
    })
    expect(() => zip([{ name: 'a' }, { name: 'a/' }])).toThrow(
      'Cannot archive a/: there is an entry of that name',
    )
  })

  it('refuses an option that there is not', () => {
    expect(() => Reflect.apply(zip, undefined, [[], { level: 9 }])).toThrow('there is no option `level`')
  })

  it('G12: whatever the names and bodies, one entry in is one entry out', async () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((one) => isName(one) && !one.endsWith('/'))
    // What fflate gives is an object, where these names are something else.
    const names = fc.uniqueArray(
      name.filter((one) => one !== '__proto__'),
      { maxLength: 8 },
    )
    const body = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(names, fc.array(body, { minLength: 8, maxLength: 8 }), async (given, bodies) => {
        const entries = given.map((one, index) => ({ name: one, body: bodies[index] ?? [] }))
        const files = unzipSync(new Uint8Array(await zip(entries).arrayBuffer()))
        const texts = Object.entries(files).map(([one, bytes]) => [one, Buffer.from(bytes).toString('hex')])
        const sent = entries.map((entry) => [entry.name, Buffer.from(joinBytes(entry.body)).toString('hex')])
        expect(new Map(texts.map(([one = '', text]) => [one, text]))).toEqual(
          new Map(sent.map(([one = '', text]) => [one, text])),
        )
      }),
      { numRuns: 150 },
    )
  })
})

// Text beside text is one text: a character may be split between the two.
function joinBytes(blocks: readonly (string | Uint8Array)[]): Buffer {
  const pieces: Buffer[] = []
  let text = ''
  for (const block of blocks) {
    if (typeof block === 'string') text += block
    // Empty bytes stand between two texts all the same.
    else {
      pieces.push(Buffer.from(text), Buffer.from(block))
      text = ''
    }
  }
  return Buffer.concat([...pieces, Buffer.from(text)])
}
