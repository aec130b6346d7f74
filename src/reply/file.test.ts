import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file } from './file.ts'

let folder = ''
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-reply-'))
  await writeFile(at('a.txt'), 'hällo')
  await writeFile(at('empty'), '')
  await utimes(at('a.txt'), 1_000_000_000, 1_000_000_000)
})

afterAll(() => rm(folder, { recursive: true }))

describe('file', () => {
  it('is streamed with its type, length and date', async () => {
    const made = await file(at('a.txt'))
    expect(made.streaming).toBe(true)
    expect(Object.fromEntries(made.headers)).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '6',
      'last-modified': 'Sun, 09 Sep 2001 01:46:40 GMT',
    })
    expect(made.blocks.length).toBe(6)
    expect(await made.text()).toBe('hällo')
  })

  it('takes a URL', async () => {
    expect(await (await file(pathToFileURL(at('a.txt')))).text()).toBe('hällo')
  })

  it('keeps what is said of it', async () => {
    const made = await file(at('a.txt'), { status: 203, headers: { 'content-type': 'x/y', a: 'b' } })
    expect(made.status).toBe(203)
    expect(made.headers.get('content-type')).toBe('x/y')
    expect(made.headers.get('a')).toBe('b')
  })

  it('is bytes where its name says nothing, and may be empty', async () => {
    const made = await file(at('empty'))
    expect(made.headers.get('content-type')).toBe('application/octet-stream')
    expect(made.headers.get('content-length')).toBe('0')
    expect(await made.text()).toBe('')
  })

  it('G6: fails when the file has become shorter, and sends no more when it has become longer', async () => {
    await writeFile(at('changing'), '0123')
    const [shorter, longer] = [await file(at('changing')), await file(at('changing'))]
    await writeFile(at('changing'), '012345')
    expect(await longer.text()).toBe('0123')
    await writeFile(at('changing'), '01')
    await expect(shorter.text()).rejects.toMatchObject({ cause: { code: 'G6' } })
  })

  it.each(['none', 'a.txt/x', '.'])('is 404 where there is no such file: %s', async (name) => {
    await expect(file(at(name))).rejects.toMatchObject({ status: 404 })
  })

  it('fails with the error of node:fs for anything else', async () => {
    await expect(Reflect.apply(file, undefined, [7])).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  it('is 404 for a name that no file can have', async () => {
    await expect(file(at('\0'))).rejects.toMatchObject({ status: 404 })
    await expect(file(at('x'.repeat(9999)))).rejects.toMatchObject({ status: 404 })
  })
})
