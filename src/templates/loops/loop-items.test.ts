import nunjucks from 'nunjucks'
import { describe, expect, it } from 'vitest'
import { Frame } from '../jinja/frame.ts'
import { Machine } from '../jinja/machine.ts'
import { isNunjucksEnvironment, toNunjucksModule } from '../jinja/nunjucks-module.ts'
import { Render } from '../jinja/render.ts'
import { type Op, Place, type Program, Scope } from '../jinja/scope.ts'
import { TemplateContext } from '../jinja/template-context.ts'
import { openItems } from './loop-items.ts'
import { LazyLoop, LoopState } from './loop-state.ts'
import { endLoop, LoopTask } from './loop-task.ts'

function createPlace() {
  const env: unknown = new nunjucks.Environment([])
  if (!isNunjucksEnvironment(env)) throw new TypeError('no environment')
  const load = () => {
    throw new Error('nothing to load')
  }
  const render = new Render<Program>({ env, runtime: toNunjucksModule(nunjucks).runtime, load, data: {} })
  return new Place(render, new TemplateContext(env, {}, new Map()), new Frame().push())
}

function open(value: {}, isPair = false) {
  return openItems(value, { isPair, render: createPlace().render })
}

async function readItems(value: {}, isPair = false): Promise<unknown[]> {
  const items = open(value, isPair)
  const list: unknown[] = []
  while (await items.advance()) list.push(items.isKeyed ? [items.key, items.value] : items.value)
  return list
}

describe('openItems', () => {
  const inherited: {} = Object.create({ up: 1 }, { own: { value: 2, enumerable: true } })
  it.each<[string, {}, boolean, unknown[]]>([
    ['a list', ['a', undefined], false, ['a', undefined]],
    ['text', 'ab', false, ['a', 'b']],
    ['what has a length', { length: 2, 0: 'x', 1: 'y' }, false, ['x', 'y']],
    ['a number', 5, false, []],
    ['an object, by one name', { a: 1 }, false, []],
    [
      'an object, by two names',
      { a: 1, b: 2 },
      true,
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'an object with a parent',
      inherited,
      true,
      [
        ['own', 2],
        ['up', 1],
      ],
    ],
    ['a set', new Set([1, 2]), false, [1, 2]],
    ['a map', new Map([['a', 1]]), true, [['a', 1]]],
    ['typed numbers', Uint8Array.of(1, 2), false, [1, 2]],
    ['a web stream', ReadableStream.from(['a', 'b']), false, ['a', 'b']],
  ])('goes through %s', async (_, value, isPair, want) => {
    expect(await readItems(value, isPair)).toEqual(want)
  })

  it('sees a list grow', () => {
    const list = [1]
    const items = open(list)
    expect(items.advance()).toBe(true)
    list.push(2)
    expect([items.advance(), items.value, items.advance()]).toEqual([true, 2, false])
  })

  it('reads on for those who look ahead, once for several', async () => {
    const asked: number[] = []
    const source = {
      async *[Symbol.asyncIterator]() {
        for (let index = 0; index < 3; index++) {
          asked.push(index)
          yield index
        }
      },
    }
    const items = open(source)
    expect(await items.advance()).toBe(true)
    const { loop } = items
    const ahead = [Reflect.get(loop, 'last'), Reflect.get(loop, 'nextitem'), Reflect.get(loop, 'length')]
    expect(await Promise.all(ahead)).toEqual([false, 1, 3])
    expect(asked).toEqual([0, 1, 2])
    expect([await items.advance(), items.value, Reflect.get(loop, 'previtem')]).toEqual([true, 1, 0])
  })

  it('tells the failure of a source, and is at its end then', async () => {
    const items = open(
      (function* () {
        yield 1
        throw new Error('broken')
      })(),
    )
    expect(items.advance()).toBe(true)
    expect(() => items.advance()).toThrow('broken')
    expect(items.advance()).toBe(false)
  })
})

describe('LoopState and LazyLoop', () => {
  it('show the same names, in the same order', () => {
    const names = ['index', 'index0', 'revindex', 'revindex0', 'first', 'last', 'length']
    expect(Object.keys(new LoopState(3, () => undefined))).toEqual(names)
    expect(Object.keys(new LazyLoop({ readAhead: () => false, ahead: [] }))).toEqual(names)
  })

  it('know the items around the one at hand', () => {
    const state = new LoopState(2, (index) => ['a', 'b'][index])
    state.move(0)
    expect([state.previtem, state.nextitem, state.first, state.last]).toEqual([undefined, 'b', true, false])
    state.move(1)
    expect([state.previtem, state.nextitem, state.first, state.last]).toEqual(['a', undefined, false, true])
  })
})

describe('LoopTask', () => {
  const body: Op[] = [({ slots }) => String(slots[0])]
  const otherwise: Op[] = [() => 'none']

  function run(value: {}) {
    const place = createPlace()
    const { frame } = place
    const scope = new Scope(place, 1)
    const machine = new Machine(place.render)
    const items = openItems(value, { isPair: false, render: place.render })
    const bind = () => {
      scope.slots[0] = items.value
    }
    machine.push(new LoopTask({ items, body, otherwise, bind }, scope))
    return { text: machine.collect(), hasLeft: () => place.frame === frame.parent }
  }

  it('runs its body for each item, then leaves its frame', async () => {
    const { text, hasLeft } = run(['a', 'b'])
    expect([text, hasLeft()]).toEqual(['ab', true])
    const late = run(ReadableStream.from(['a', 'b', 'c']))
    expect([await late.text, late.hasLeft()]).toEqual(['abc', true])
  })

  it('runs what is there for nothing', async () => {
    expect(run([]).text).toBe('none')
    expect(await run(ReadableStream.from([])).text).toBe('none')
    const place = createPlace()
    const machine = new Machine(place.render)
    endLoop(otherwise, new Scope(place, 0), machine)
    expect(machine.collect()).toBe('none')
  })
})
