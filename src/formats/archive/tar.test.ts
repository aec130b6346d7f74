import fc from 'fast-check'
import { unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { checkEntryName } from './entries/check-entry-name.ts'
import { tar } from './tar.ts'

async function unpack(reply: Response): Promise<[string, string][]> {
  const entries = await unpackTar(await reply.arrayBuffer(), { strict: true })
  return entries.map(({ header, data }) => [header.name, Buffer.from(data ?? []).toString('hex')])
}

const toHex = (text: string): string => Buffer.from(text).toString('hex')

describe('tar', () => {
  it('is a streamed archive', async () => {
    const modified = new Date('2026-11-21T10:00:00Z')
    const made = tar(
      [
        { name: 'folder/', modified },
        { name: 'folder/a', body: 'grün', mode: 0o600, modified },
        { name: 'b', body: ['1', '2'], size: 2, modified },
      ],
      { filename: 'all.tar' },
    )
    expect(made).toMatchObject({ streaming: true, options: { delivery: 'turn' } })
    expect(made.headers.get('content-type')).toBe('application/x-tar')
    expect(made.headers.get('content-disposition')).toBe('attachment; filename=all.tar')
    const entries = await unpackTar(await made.arrayBuffer(), { strict: true })
    expect(entries.map(({ header }) => header)).toMatchObject([
      { name: 'folder/', type: 'directory', mode: 0o755, mtime: modified },
      { name: 'folder/a', type: 'file', mode: 0o600, size: 5 },
      { name: 'b', type: 'file', mode: 0o644, size: 2 },
    ])
    expect(Buffer.from(entries[1]?.data ?? []).toString()).toBe('grün')
  })

  it('refuses an entry whose size is not known: a list at once, a source when it comes', async () => {
    const bad = [{ name: 'a', body: ['x'] }]
    const message = 'Cannot archive a: its size stands in front of it and is not known; give `size`'
    expect(() => tar(bad)).toThrow(message)
    await expect(tar(bad.values()).text()).rejects.toMatchObject({ cause: { message } })
  })

  it('G12: refuses two entries of one name: a list at once, a source when it comes', async () => {
    const twins = [{ name: 'a' }, { name: 'a/' }]
    const message = 'Cannot archive a/: there is an entry of that name already'
    expect(() => tar(twins)).toThrow(message)
    await expect(tar(twins.values()).text()).rejects.toMatchObject({ cause: { message } })
  })

  it('G12: whatever the names and bodies, one entry in is one entry out, in order', async () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc
        .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }), { maxLength: 6 })
        .map((steps) => steps.join('/')),
    )
    const entry = fc.record({ name: names.filter(isFileName), body: fc.string() })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(entry, { maxLength: 6, selector: ({ name }) => name }),
        async (entries) => {
          expect(await unpack(tar(entries))).toEqual(entries.map(({ name, body }) => [name, toHex(body)]))
        },
      ),
      { numRuns: 150 },
    )
  })
})

function isFileName(name: string): boolean {
  try {
    return !checkEntryName(name).endsWith('/')
  } catch {
    // Refused, which another test looks at.
    return false
  }
}
