import nunjucks from 'nunjucks'
import { describe, expect, it } from 'vitest'
import { Frame } from './frame.ts'
import { chain, collectOps, Machine, runOps, Sequence } from './machine.ts'
import { isNunjucksEnvironment, toNunjucksModule } from './nunjucks-module.ts'
import { Render } from './render.ts'
import { RenderReader } from './render-reader.ts'
import { type Op, Place, type Program, Scope } from './scope.ts'
import { TemplateContext } from './template-context.ts'
import { escapeText, toPiece } from './to-piece.ts'

/** A place to run ops in, with data and templates made by hand. */
export function createPlace(
  data: Record<string, unknown>,
  frame: Frame,
  programs: Record<string, Program> = {},
): Place {
  const env: unknown = new nunjucks.Environment([])
  if (!isNunjucksEnvironment(env)) throw new TypeError('no environment')
  const load = (name: unknown): Program => {
    const found = programs[String(name)]
    if (found) return found
    throw new Error(`no ${String(name)}`)
  }
  const render = new Render<Program>({ env, runtime: toNunjucksModule(nunjucks).runtime, load, data })
  return new Place(render, new TemplateContext(env, data, new Map()), frame)
}

const give =
  (outcome: string | undefined): Op =>
  () =>
    outcome
const later =
  (outcome: string | undefined): Op =>
  async () =>
    outcome

function start(...ops: Op[]) {
  const scope = new Scope(createPlace({}, new Frame()), 0)
  const machine = new Machine(scope.place.render)
  machine.push(new Sequence(ops, scope))
  return { machine, scope }
}

describe('Machine', () => {
  it('gives a piece at a time, without a promise where there is nothing to wait for', () => {
    const { machine } = start(give('a'), give(undefined), give(''), give('b'))
    expect([machine.next(), machine.next(), machine.next(), machine.next()]).toEqual([
      'a',
      '',
      'b',
      undefined,
    ])
  })

  it('waits where it has to, and only there', async () => {
    const { machine } = start(give('a'), later(undefined), later('b'), give('c'))
    expect(machine.next()).toBe('a')
    const pending = machine.next()
    expect(pending).toBeInstanceOf(Promise)
    expect(await pending).toBe('b')
    expect([machine.next(), machine.next()]).toEqual(['c', undefined])
  })

  it('runs what an op puts on top before it goes on', () => {
    const nested: Op = (scope, stack) => runOps([give('b'), give('c')], scope, stack)
    const { machine } = start(give('a'), nested, give('d'))
    expect(machine.collect()).toBe('abcd')
  })

  it('collects across waits', async () => {
    const { machine } = start(give('a'), later('b'), later(undefined), give('c'))
    expect(await machine.collect()).toBe('abc')
  })

  it('does nothing more once the rendering is closed', async () => {
    const seen: string[] = []
    const note: Op = () => {
      seen.push('ran')
      return undefined
    }
    const { machine, scope } = start(later(undefined), note, give('a'))
    const pending = machine.next()
    for (const closer of scope.place.render.closers(undefined)) closer()
    expect(await pending).toBe(undefined)
    expect(seen).toEqual([])
  })

  it('gives the text of ops in one piece', () => {
    const scope = new Scope(createPlace({}, new Frame()), 0)
    expect(collectOps([give('a'), give('b')], scope)).toBe('ab')
    expect(chain(1, (value) => value)).toBe(1)
  })
})

describe('toPiece', () => {
  it('escapes text as nunjucks does', () => {
    expect(escapeText(`<a href="x">'&\\'</a>`)).toBe(
      '&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#92;&#39;&lt;/a&gt;',
    )
    expect(escapeText('plain')).toBe('plain')
  })

  it('gives text of values, and waits for promises', async () => {
    const { machine, scope } = start()
    const pieces = ['<', 1, undefined, null, true, [1, '<'], new String('&')].map((one) =>
      toPiece(one, scope, machine),
    )
    expect(pieces).toEqual(['&lt;', '1', '', '', 'true', '1,&lt;', '&amp;'])
    expect(await toPiece(Promise.resolve('<'), scope, machine)).toBe('&lt;')
  })
})

describe('RenderReader', () => {
  const program = (...ops: Op[]): Program => ({ name: 'p', blocks: new Map(), code: { ops, slots: 0 } })

  it('loads its template when the first piece is asked for, and tells where it failed', () => {
    const failing: Op = ({ place }) => {
      place.render.at = { template: 'p', line: 3, column: 5 }
      throw new Error('on purpose')
    }
    const { render } = createPlace({}, new Frame(), { p: program(give('a'), failing) })
    const reader = new RenderReader(render, 'p')
    expect(reader.next()).toEqual({ done: false, value: 'a' })
    expect(() => reader.next()).toThrow('Cannot render p, line 3, column 5: on purpose')
    expect(reader.next()).toEqual({ done: true, value: undefined })
    const missing = new RenderReader(render, 'q')
    expect(() => missing.next()).toThrow('Cannot render q, line 1, column 1: no q')
  })

  it('G5: closes iterators that are open from the inside out, then the rest of the data, once', async () => {
    const closed: string[] = []
    const iterator = (name: string) => ({ next: () => {}, return: () => void closed.push(name) })
    const data = { unread: iterator('unread'), read: iterator('read') }
    const { render } = createPlace(data, new Frame())
    const inner = iterator('inner')
    render.begin(data.read, data.read)
    render.begin('source', inner)
    const reader = new RenderReader(render, 'p')
    await Promise.all([reader.close(), reader.close()])
    expect(closed).toEqual(['inner', 'read', 'unread'])
  })

  it('tells what closing has thrown', async () => {
    const { render } = createPlace({}, new Frame())
    render.begin('source', { return: () => Promise.reject(new Error('stuck')) })
    await expect(new RenderReader(render, 'p').close()).rejects.toThrow('stuck')
  })
})
