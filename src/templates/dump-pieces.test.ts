import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import nunjucks from 'nunjucks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { dumpPieces } from './dump-pieces.ts'
import { jinja } from './jinja.ts'
import { template } from './template.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-dump-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function* pieces(...list: string[]) {
  yield* list
}

function page(main: string, data: Record<string, unknown> = {}) {
  return template(jinja(nunjucks, { templates: { main } }), 'main', data)
}

/** Keeps what is written, and says that it is full after each piece. */
class Slow extends EventEmitter {
  readonly written: (string | Uint8Array)[] = []

  write(piece: string | Uint8Array): boolean {
    this.written.push(piece)
    this.emit('written')
    return false
  }
}

describe('dumpPieces', () => {
  it('writes a whole template to a file, encoded [JIN-004]', async () => {
    const path = join(folder, 'page.txt')
    await page('{% for i in range(3) %}é{{ i }},{% endfor %}').dump(path, { encoding: 'latin1' })
    expect(readFileSync(path, 'latin1')).toBe('é0,é1,é2,')
    await page('€').dump(path)
    expect(readFileSync(path, 'utf8')).toBe('€')
  })

  it('closes the file that it has opened, after a failure too [JIN-004]', async () => {
    const path = join(folder, 'broken.txt')
    const dumped = page('a{{ nothing() }}').dump(path)
    await expect(dumped).rejects.toThrow(/Cannot render main, line 1, column \d+: Unable to call `nothing`/)
    expect(readFileSync(path, 'utf8')).toBe('a')
    await expect(page('a').dump(join(folder, 'no', 'where'))).rejects.toThrow('ENOENT')
  })

  it('leaves a target open, and writes as it is buffered [JIN-015]', async () => {
    const written: unknown[] = []
    const target = { write: (piece: unknown) => void written.push(piece) }
    await page('a{{ 1 }}b{{ 2 }}c').enableBuffering(2).dump(target)
    expect(written).toEqual(['a1', 'b2', 'c'])
    const stream = new PassThrough()
    await page('a{{ 1 }}').dump(stream, { encoding: 'utf-8' })
    expect(stream.writableEnded).toBe(false)
    stream.end()
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('a1')
    await using handle = await open(join(folder, 'handle.txt'), 'w')
    await page('x{{ 2 }}').dump(handle)
    await handle.write('y')
    expect(readFileSync(join(folder, 'handle.txt'), 'utf8')).toBe('x2y')
  })

  it('meets a character that the encoding lacks as it was told [JIN-015]', async () => {
    const dump = async (errors?: 'strict' | 'replace' | 'ignore' | 'xmlcharrefreplace') => {
      const written: Uint8Array[] = []
      const write = (piece: string | Uint8Array) => void written.push(Buffer.from(piece))
      await dumpPieces(pieces('a€', '😀b'), { write }, { encoding: 'ascii', ...(errors && { errors }) })
      return Buffer.concat(written).toString()
    }
    await expect(dump()).rejects.toThrow('Cannot encode € (U+20AC) as ascii')
    expect(await dump('replace')).toBe('a??b')
    expect(await dump('ignore')).toBe('ab')
    expect(await dump('xmlcharrefreplace')).toBe('a&#8364;&#128512;b')
  })

  it('puts a character together that is cut between two pieces', async () => {
    const path = join(folder, 'cut.txt')
    await dumpPieces(pieces('a\ud83d', '', '\ude00b\ud83d'), path)
    expect(readFileSync(path, 'utf8')).toBe('a😀b\ufffd')
  })

  it('G2: waits for a target that is full before it asks for the next piece', async () => {
    const target = new Slow()
    const source = new Gate()
    const dumped = page('{{ source }}', { source }).dump(target)
    for (const piece of ['a', 'b']) {
      await source.whenAsked(target.written.length + 1)
      const written = once(target, 'written')
      source.open(piece)
      await written
      expect([source.asked, target.written.length]).toEqual([target.written.length, target.written.length])
      // The listener is there once the piece was awaited.
      while (target.listenerCount('drain') === 0) await Promise.resolve()
      target.emit('drain')
    }
    source.end()
    await dumped
    expect(target.written).toEqual(['a', 'b'])
    expect(target.listenerCount('drain') + target.listenerCount('close')).toBe(0)
  })

  it.each([
    ['error', new Error('disk full'), 'disk full'],
    ['close', undefined, 'Cannot write to the target: it was closed before it had taken everything'],
  ])('G5: fails and closes the template when the target emits %s', async (event, value, message) => {
    const target = new Slow()
    const source = new Gate()
    source.open('a')
    const dumped = page('{{ source }}', { source }).dump(target)
    await once(target, 'written')
    while (target.listenerCount('drain') === 0) await Promise.resolve()
    target.emit(event, value)
    await expect(dumped).rejects.toThrow(message)
    expect(source.closed).toBe(1)
  })
})
