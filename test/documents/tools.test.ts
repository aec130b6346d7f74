// The programs that people open documents with.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { csv, json, tar, zip } from 'millrace'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkEntryName } from '../../src/formats/archive/entries/check-entry-name.ts'
import { hostileText } from '../injection/hostile-text.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import type { TestServer } from '../support/test-server.ts'

const run = promisify(execFile)
const has = (tool: string): boolean => spawnSync(tool, ['--help']).error === undefined
const hasGnuTar = String(spawnSync('tar', ['--version']).stdout).includes('GNU tar')

const count = 20_000
const size = 3_000_000

function* rows() {
  for (let id = 0; id < count; id++)
    yield { id, name: `Straße "${id}"`, tags: new Set([id % 2 ? 'odd' : 'even']) }
}

function* bytes() {
  for (let left = size; left > 0; left -= 30_000) yield Buffer.alloc(30_000, left % 251)
}

const entries = () => [
  { name: 'read me.txt', body: 'grün' },
  { name: 'data/' },
  { name: 'data/größe.bin', body: bytes(), size },
  ...Array.from({ length: 300 }, (_, index) => ({ name: `data/${index}.txt`, body: String(index) })),
]

function isName(name: string): boolean {
  try {
    return checkEntryName(name) === name
  } catch {
    // Refused, which another test looks at.
    return false
  }
}

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-tools-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function download(server: TestServer, path = '/'): Promise<string> {
  const client = server.client()
  client.get(path)
  const { body, isComplete } = await client.reply()
  expect(isComplete).toBe(true)
  const file = join(folder, 'document')
  await writeFile(file, body)
  return file
}

eachDelivery(
  'documents for other programs',
  (open) => {
    describe.skipIf(!has('unzip'))('zip (skipped where unzip is not installed)', () => {
      it('unzip -t finds no error, and unzip -p gives what was sent', async () => {
        const more = () => ({ name: 'rows.csv', body: csv([{ a: 1 }]) })
        await using server = await open({
          routes: { '/known': () => zip(entries()), '/unknown': () => zip([...entries(), more()].values()) },
        })
        for (const path of ['/known', '/unknown']) {
          const file = await download(server, path)
          expect((await run('unzip', ['-tq', file])).stdout).toContain('No errors detected')
          expect((await run('unzip', ['-p', file, 'read me.txt'])).stdout).toBe('grün')
          expect((await run('unzip', ['-p', file, 'data/299.txt'])).stdout).toBe('299')
        }
        const file = await download(server, '/unknown')
        expect((await run('unzip', ['-p', file, 'rows.csv'])).stdout).toBe('a\r\n1\r\n')
      })
    })

    describe.skipIf(!hasGnuTar)('tar (skipped where GNU tar is not installed)', () => {
      it('tar -t lists what was sent', async () => {
        const long = `${'folder/'.repeat(40)}end.txt`
        await using server = await open({
          routes: { '/': () => tar([...entries(), { name: long, body: 'x' }]) },
        })
        const file = await download(server)
        const { stdout } = await run('tar', ['--quoting-style=literal', '-tf', file])
        expect(stdout.trim().split('\n')).toEqual([...entries().map(({ name }) => name), long])
        expect((await run('tar', ['-xOf', file, 'data/299.txt'])).stdout).toBe('299')
      })
    })

    describe.skipIf(!hasGnuTar)('tar names (skipped where GNU tar is not installed)', () => {
      it('G12: tar -t lists every name as it was given, whatever it is', async () => {
        const texts = fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), 500)
        const steps = fc.sample(
          fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 30 }),
          200,
        )
        // oxlint-disable-next-line no-control-regex -- they are refused, which another test looks at
        const hostile = hostileText.map((text) => text.replaceAll(/[\0-\x1f\x7f\\]/g, '').slice(0, 2000))
        const given = [...texts, ...steps.map((some) => some.join('/')), ...fc.sample(hostile, 300)].filter(
          isName,
        )
        const names = [...new Map(given.map((name) => [name.replace(/\/$/, ''), name])).values()]
        expect(names.length).toBeGreaterThan(100)
        await using server = await open({ routes: { '/': () => tar(names.map((name) => ({ name }))) } })
        const file = await download(server)
        const { stdout } = await run('tar', ['--quoting-style=literal', '--show-stored-names', '-tf', file])
        expect(stdout.split('\n').slice(0, -1)).toEqual(names)
      })
    })

    describe.skipIf(!has('jq'))('json (skipped where jq is not installed)', () => {
      it('jq reads what was sent', async () => {
        await using server = await open({
          routes: { '/': () => json({ count: Promise.resolve(count), rows }, { indent: 1 }) },
        })
        const file = await download(server)
        const { stdout } = await run('jq', ['-c', '[.count, (.rows | length), .rows[-1]]', file])
        const last = { id: count - 1, name: `Straße "${count - 1}"`, tags: ['odd'] }
        expect(JSON.parse(stdout)).toEqual([count, count, last])
      })
    })
  },
  { isLarge: true },
)

it.skipIf(!has('unzip'))('unzip -t finds no error in an archive of 65,536 entries', async () => {
  const folders = function* () {
    for (let index = 0; index < 65_536; index++) yield { name: `${index}/` }
  }
  const file = join(folder, 'many')
  await writeFile(file, new Uint8Array(await zip(folders()).arrayBuffer()))
  expect((await run('unzip', ['-tq', file])).stdout).toContain('No errors detected')
  expect((await run('unzip', ['-Z', '-h', file])).stdout).toContain('number of entries: 65536')
})

it.skipIf(!has('unzip'))('unzip -Z shows the mode of each entry as it was given', async () => {
  const file = join(folder, 'modes')
  const given = [{ name: 'a', mode: 0 }, { name: 'b', mode: 0o640 }, { name: 'c' }, { name: 'd/', mode: 0 }]
  await writeFile(file, new Uint8Array(await zip(given).arrayBuffer()))
  const { stdout } = await run('unzip', ['-Z', '-s', file])
  expect(stdout.match(/^[-d?][-rwx]{9}/gm)).toEqual(['----------', '-rw-r-----', '-rw-r--r--', 'd---------'])
})

it.skipIf(!hasGnuTar)('GNU tar reads a date of any time', async () => {
  const dates = ['1969-12-31 23:59:59', '1960-06-01 00:00:00', '2026-11-21 10:00:00', '9999-12-31 23:59:59']
  const entries = dates.map((date, index) => ({ name: String(index), modified: new Date(`${date}Z`) }))
  const file = join(folder, 'dates')
  await writeFile(file, new Uint8Array(await tar(entries).arrayBuffer()))
  const { stdout, stderr } = await run('tar', ['--utc', '--full-time', '-tvf', file])
  expect([stdout.match(/\d+-\d\d-\d\d \d\d:\d\d:\d\d/g), stderr]).toEqual([dates, ''])
})
