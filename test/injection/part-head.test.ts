import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { multipart } from 'millrace'
import type { Part } from 'millrace/formats'
import { readParts } from '../support/read-parts.ts'
import { hostileText } from './hostile-text.ts'
import { readFileName } from './read-file-name.ts'

// As in a head of some kilobytes, which is what readers take.
const texts = hostileText.map((text) => text.slice(0, 1000))

/** What a field can hold. */
const fieldTexts = texts.map((text) => text.replaceAll(/[\r\n\0]|[^\0-\xff]/g, ''))

const after: Part = { type: 'text/plain', body: 'after' }
const readAfter = { headers: { 'content-type': ['text/plain'] }, body: Buffer.from('after') }

async function send(parts: readonly Part[]): Promise<{ type: string; bytes: Uint8Array }> {
  const made = multipart(parts)
  return { type: made.headers.get('content-type') ?? '', bytes: new Uint8Array(await made.arrayBuffer()) }
}

async function read(parts: readonly Part[]) {
  const { type, bytes } = await send(parts)
  return readParts(type, bytes)
}

// What stands around a value is not a part of it (RFC 9110 §5.5).
function trim(text: string): string {
  return text.replaceAll(/^[\t ]+|[\t ]+$/g, '')
}

describe('the head of a part', () => {
  it('G12: every value that a field can hold is that value in that field, for another parser', async () => {
    await fc.assert(
      fc.asyncProperty(fieldTexts, fieldTexts, async (value, type) => {
        const parts = await read([{ type, headers: { 'x-a': value }, body: 'x' }, after])
        const headers = { 'content-type': [trim(type)], 'x-a': [trim(value)] }
        expect(parts).toEqual([{ headers, body: Buffer.from('x') }, readAfter])
      }),
      { numRuns: 300 },
    )
  })

  it('G12: every hostile name and value is refused, or is one field', async () => {
    const fields = fc.oneof(
      fc.record({ name: fc.constant('x-a'), value: texts }),
      fc.record({ name: texts, value: fc.constant('a') }),
    )
    await fc.assert(
      fc.asyncProperty(fields, async ({ name, value }) => {
        const isBad = !/^[!#$%&'*+\-.^_`|~\da-z]+$/i.test(name) || /[\r\n\0]|[^\0-\xff]/.test(value)
        const made = () => read([{ headers: [[name, value]], body: 'x' }, after])
        if (isBad) return void (await expect(made()).rejects.toThrow('Cannot write the head of part 1: '))
        const headers = Object.fromEntries([[name.toLowerCase(), [trim(value)]]])
        expect(await made()).toEqual([{ headers, body: Buffer.from('x') }, readAfter])
      }),
      { numRuns: 300 },
    )
  })

  it('G12: every hostile file name is one value in one field, for a reader of RFC 6266', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (filename) => {
        const [first, ...rest] = await read([{ filename, body: 'x' }, after])
        expect(rest).toEqual([readAfter])
        expect(Object.keys(first?.headers ?? {})).toEqual(['content-disposition'])
        const fields = first?.headers['content-disposition'] ?? []
        expect(fields.map(readFileName)).toEqual([filename.toWellFormed()])
      }),
      { numRuns: 300 },
    )
  })

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)(
    'G12: Python reads back every hostile file name (skipped where Python is not installed)',
    async () => {
      // A backslash at the end, which is two in quotes, hides the quote after it from Python.
      const names = fc.sample(
        texts.filter((text) => !text.endsWith('\\')),
        400,
      )
      const { type, bytes } = await send(names.map((filename, index) => ({ filename, body: String(index) })))
      const input = Buffer.concat([Buffer.from(`Content-Type: ${type}\r\n\r\n`), bytes])
      const { stdout, stderr } = spawnSync('python3', ['-c', readNames], { input, maxBuffer: 1e9 })
      expect(String(stderr)).toBe('')
      expect(JSON.parse(String(stdout))).toEqual(
        names.map((name, index) => [name.toWellFormed(), String(index)]),
      )
    },
  )
})

// The extended name is the better one (RFC 6266 §4.3).
const readNames = `
import email, email.utils, json, sys
def name(part):
    found = [value for key, value in part.get_params(header='content-disposition') if key == 'filename']
    extended = [email.utils.collapse_rfc2231_value(value) for value in found if isinstance(value, tuple)]
    return (extended or found)[0]
parts = email.message_from_binary_file(sys.stdin.buffer).get_payload()
print(json.dumps([[name(part), part.get_payload()] for part in parts]))
`
