import { AsyncLocalStorage } from 'node:async_hooks'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { readAll } from '../../test/support/read-all.ts'
import { sourceKinds, type Tally } from '../../test/support/source-kinds.ts'
import { PumpRun, settle, startPump } from '../../test/support/start-pump.ts'
import { flush } from '../body/block.ts'
import { collectText } from '../body/collect.ts'
import type { SourceInit } from '../body/source.ts'
import { ClientGone } from '../delivery/errors.ts'
import { closeValues } from './close-values.ts'
import { html, page } from './html.ts'
import { HtmlReader } from './html-reader.ts'
import { HtmlWriter, textHole } from './html-writer.ts'
import { later } from './later.ts'
import { unsafeHtml } from './template.ts'

function pieces(template: ReturnType<typeof html>) {
  return readAll(template)
}

async function* slowly(...values: unknown[]) {
  for (const value of values) {
    yield await Promise.resolve(value)
  }
}

describe('HtmlReader', () => {
  it('writes values of every kind in order', async () => {
    const template = html`${'<a>'}${1}${2n}${-0.5}${true}${false}${null}${undefined}|${html`<b>${'x'}</b>`}|${[
      1,
      [html`<i></i>`, 'y'],
    ]}|${new Set(['s'])}|${slowly('t', html`<u></u>`)}|${Promise.resolve('p')}|${() => 'f'}|${function* () {
      yield 'g'
    }}|${async () => [() => Promise.resolve(slowly('h'))]}|${unsafeHtml('<br>')}`
    expect(await collectText(template)).toBe('&lt;a&gt;12-0.5|<b>x</b>|1<i></i>y|s|t<u></u>|p|f|g|h|<br>')
  })

  it('makes one block of what is ready together', async () => {
    expect(await pieces(html`<p>${1}${html`<b>${[2, 3]}</b>`}</p>`)).toEqual(['<p>1<b>23</b></p>'])
  })

  it('cuts long pages into blocks, with the same bytes', async () => {
    const texts = Array.from({ length: 5000 }, (_, at) => `row ${at}`)
    for (const rows of [texts, texts.map((row) => html`${row}`)]) {
      const all = await pieces(html`<p>${rows}</p>`)
      expect(all.length).toBeGreaterThan(2)
      expect(Math.max(...all.map((piece) => String(piece).length))).toBeLessThan(20_000)
      expect(all.join('')).toBe(`<p>${texts.join('')}</p>`)
    }
  })

  it('G1: sends what is there before it waits, calls or asks [PEP-001]', async () => {
    const gate = new Gate()
    const promise = Promise.withResolvers<string>()
    const call = vi.fn<() => string>(() => 'called')
    const run = startPump(page(html`a${promise.promise}b${call}c${gate}d`).blocks)
    await run.sink.when('write')
    expect(run.sink.text).toBe('1\r\na\r\n')
    promise.resolve('P')
    run.sink.onWrite = () => {
      if (call.mock.calls.length === 0) expect(run.sink.text).toMatch(/Pb\r\n$/)
    }
    await gate.whenAsked(1)
    expect(run.sink.text).toMatch(/Pb\r\n7\r\ncalledc\r\n$/)
    for (const [index, block] of ['one', 'two'].entries()) {
      gate.open(block)
      await gate.whenAsked(index + 2)
      expect(run.sink.text).toMatch(new RegExp(`${block}\r\n$`))
    }
    gate.end()
    await run.closed
    expect(run.sink.text).toMatch(/1\r\nd\r\n/)
  })

  it('G1: sends each piece of a sync generator before the next is made [PEP-001]', async () => {
    const seen: string[] = []
    const run = new PumpRun(
      page(
        html`<ul>${function* () {
          for (const name of ['one', 'two', 'three']) {
            seen.push(run.sink.text)
            yield name
          }
        }}</ul>`,
      ).blocks,
    )
    run.pump.start()
    await run.closed
    expect(seen.map((text) => text.split('\r\n').at(-2))).toEqual(['<ul>', 'one', 'two'])
  })

  it('G2: does not ask a source while the client does not read', async () => {
    const gate = new Gate()
    const run = startPump(page(html`a${gate}`).blocks, { holds: true })
    await settle()
    expect([run.sink.count('write'), gate.asked]).toEqual([1, 0])
    run.sink.free()
    await gate.whenAsked(1)
    run.pump.abort(new ClientGone())
    await run.closed
  })

  it('G11: passes flush on, after what was written before it', async () => {
    expect(await pieces(html`a${flush}b${[flush]}`)).toEqual(['a', flush, 'b', flush])
  })

  it('G3: fails before the head when the first value fails', async () => {
    const run = startPump(page(html`${Promise.reject(new Error('no rows'))}`).blocks)
    expect((await run.closed).outcome).toMatchObject({ kind: 'refused', error: new Error('no rows') })
  })

  it.each<[string, () => unknown]>([
    ['a promise', () => Promise.reject(new Error('lost'))],
    [
      'a source',
      async function* () {
        yield 'x'
        throw new Error('lost')
      },
    ],
    [
      'a function',
      () => {
        throw new Error('lost')
      },
    ],
    ['a value that is none', () => ({})],
  ])('G4: is visibly cut when %s fails, and the rest is closed', async (_, value) => {
    const rest = new Gate()
    const run = startPump(page(html`a${value}b${rest}`).blocks)
    const { outcome } = await run.closed
    expect(outcome.kind).toBe('failed')
    expect(run.sink.text).not.toContain('lost')
    expect(run.sink.aborted).toBeDefined()
    expect([rest.asked, rest.closed]).toEqual([0, 1])
  })

  it('keeps quiet about a promise that fails before its turn, and fails in its turn', async () => {
    const gate = new Gate()
    const run = startPump(
      page(html`a${gate}${Promise.reject(new Error('early'))}${[Promise.reject(new Error('too'))]}`).blocks,
    )
    await gate.whenAsked(1)
    await settle()
    gate.end()
    expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error: new Error('early') })
  })

  it.each<[unknown, RegExp]>([
    [{}, /an object \(Object\) in HTML: give text, a number/],
    [new Date(0), /an object \(Date\)/],
    [Symbol('x'), /a symbol/],
    [new Uint8Array(2), /an object \(Uint8Array\)/],
  ])('throws for %o', async (value, message) => {
    await expect(collectText(html`${value}`)).rejects.toThrow(message)
  })

  describe.each(sourceKinds.map((kind) => [kind.name, kind] as const))(
    'with a source that is a %s',
    (_, kind) => {
      const make = (acts: Parameters<typeof kind.make>[0]): { tally: Tally; source: unknown } => {
        const tally = { started: 0, closed: 0 }
        return { tally, source: kind.make(acts, tally) }
      }

      it('G5: closes it once at its end', async () => {
        const { tally, source } = make(['a', 'b'])
        expect(await collectText(html`<p>${source}</p>`)).toBe('<p>ab</p>')
        expect(tally).toEqual({ started: 1, closed: kind.endedBySelf ?? 1 })
      })

      it('G5: closes it once when it fails', async () => {
        const { tally, source } = make(['a', new Error('lost')])
        await expect(collectText(html`<p>${source}</p>`)).rejects.toThrow('lost')
        expect(tally).toEqual({ started: 1, closed: kind.failedBySelf ?? 1 })
      })

      it('G5: closes it once when it was never reached', async () => {
        const { tally, source } = make(['a'])
        const run = startPump(page(html`${new Gate()}${[html`<b>${source}</b>`]}`).blocks)
        await settle()
        run.pump.abort(new ClientGone())
        expect((await run.closed).errors).toEqual([])
        expect(tally).toEqual({ started: 0, closed: kind.unstarted ?? 1 })
      })

      it('G7: closes it once when the page was never read', async () => {
        const { tally, source } = make(['a'])
        const { blocks } = page(html`${html`${source}`}`)
        expect(await blocks.close()).toEqual([])
        expect(tally).toEqual({ started: 0, closed: kind.unstarted ?? 1 })
      })

      if (!kind.canPark) return
      it('G10: closes it once when the client leaves while it is waited for', async () => {
        const { tally, source } = make(['a', 'PARK'])
        const run = startPump(page(html`<p>${slowly(html`<b>${source}</b>`)}</p>`).blocks)
        await run.sink.when('write', 3)
        await settle()
        run.pump.abort(new ClientGone())
        expect((await run.closed).errors).toEqual([])
        expect(tally).toEqual({ started: 1, closed: 1 })
      })
    },
  )

  it('G5: closes what is open from the inside out, then what was not reached', async () => {
    const order: string[] = []
    const inner = new Gate()
    const closing = (name: string, values: unknown[]) => ({
      [Symbol.iterator]: () => values.values(),
      close: () => order.push(name),
    })
    const run = startPump(
      page(
        html`${closing('outer', [html`${closing('inner', [inner])}${closing('next', [])}`])}${closing('last', [])}`,
      ).blocks,
    )
    await inner.whenAsked(1)
    run.pump.abort(new ClientGone())
    expect((await run.closed).errors).toEqual([])
    expect(order).toEqual(['inner', 'next', 'outer', 'last'])
  })

  it('G5: closes a sync generator that the page is closed from, once it has made its value', async () => {
    for (const first of ['', Promise.resolve('')]) {
      const seen: string[] = []
      const rows = function* () {
        try {
          run.pump.abort(new ClientGone())
          yield later(unread)
          seen.push('asked again')
        } finally {
          seen.push('closed')
        }
      }
      const unread = new Gate()
      const run: PumpRun = new PumpRun(page(html`${first}${rows}`).blocks)
      run.pump.start()
      expect((await run.closed).errors).toEqual([])
      expect([seen, unread.asked, unread.closed]).toEqual([['closed'], 0, 1])
    }
  })

  it('G5: closes what a promise gives after the client has left', async () => {
    for (const when of ['waited for', 'not reached'] as const) {
      const late = Promise.withResolvers<unknown>()
      const gate = new Gate()
      const before = when === 'waited for' ? '' : new Gate()
      const run = startPump(page(html`a${before}${late.promise}`).blocks)
      await run.sink.when('write')
      run.pump.abort(new ClientGone())
      await run.closed
      late.resolve(html`<p>${gate}</p>`)
      await settle()
      expect([when, gate.asked, gate.closed]).toEqual([when, 0, 1])
    }
  })

  it('G5: tells what closers throw, once, and closes the others', async () => {
    const error = new Error('Cannot close the cursor')
    const bad = { [Symbol.iterator]: () => ['a'].values(), close: () => Promise.reject(error) }
    const run = startPump(page(html`${bad}b`).blocks)
    const { outcome, errors } = await run.closed
    expect([outcome.kind, errors]).toEqual(['complete', [error]])
    const unread = { ...bad, [Symbol.iterator]: () => ['a'].values() }
    const gate = new Gate()
    expect(await page(html`${unread}${gate}`).blocks.close()).toEqual([error])
    expect(gate.closed).toBe(1)
  })

  it('G10: aborts the signal of a function when the client leaves, and not at the end', async () => {
    const signals: AbortSignal[] = []
    const make = async function* ({ signal }: SourceInit) {
      signals.push(signal)
      yield 'x'
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }
    const run = startPump(page(html`a${make}`).blocks)
    await run.sink.when('write', 2)
    await settle()
    run.pump.abort(new ClientGone())
    await run.closed
    await collectText(html`${({ signal }: SourceInit) => void signals.push(signal)}`)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })

  it('G9: keeps the context in every value, and in finally', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    const look = () => void seen.push(storage.getStore())
    const rows = async function* () {
      try {
        look()
        yield await Promise.resolve(look)
        yield Promise.resolve().then(() => look)
      } finally {
        look()
      }
    }
    const made = storage.run('here', () => page(html`${look}${rows}${later(async () => look(), '')}`))
    await startPump(made.blocks).closed
    expect(seen).toEqual(Array.from({ length: 6 }, () => 'here'))
  })

  it('gives the same bytes however its values are split and however they arrive', async () => {
    const parts = fc.array(fc.constantFrom('a', '<', '&amp;', 'é', '😀', '"', ''), {
      minLength: 1,
      maxLength: 8,
    })
    const wrap = fc.array(fc.constantFrom('list', 'generator', 'async', 'promise', 'call', 'template'), {
      maxLength: 3,
    })
    await fc.assert(
      fc.asyncProperty(parts, fc.nat(8), wrap, wrap, async (texts, cut, first, second) => {
        const make = () => [wrapped(texts.slice(0, cut), first), wrapped(texts.slice(cut), second)]
        const whole = await collectText(html`<p>${texts.join('')}</p>`)
        expect(await collectText(html`<p>${make()}</p>`)).toBe(whole)
        expect((await pieces(html`<p>${make()}</p>`)).join('')).toBe(whole)
      }),
    )
  })

  it('can be read again where its values can', async () => {
    const template = html`<p>${() => slowly('a')}${['b']}</p>`
    expect(await collectText(template)).toBe('<p>ab</p>')
    expect(await collectText(template)).toBe('<p>ab</p>')
  })

  it('ends a read that waits when it is closed', async () => {
    const reader = new HtmlReader(html`${new Promise(() => {})}`)
    const asked = reader.next()
    await reader.close()
    expect(await asked).toEqual({ done: true, value: undefined })
    expect(reader.next()).toEqual({ done: true, value: undefined })
  })
})

function wrapped(value: unknown, kinds: readonly string[]): unknown {
  return kinds.reduce<unknown>((inner, kind) => {
    if (kind === 'list') return [inner]
    if (kind === 'generator') return [inner].values()
    if (kind === 'async') return slowly(inner)
    if (kind === 'promise') return Promise.resolve(inner)
    return kind === 'call' ? () => inner : html`${inner}`
  }, value)
}

describe('HtmlWriter', () => {
  it('leaves a frame where it meets what has to be waited for, the next one last', () => {
    const writer = new HtmlWriter({ add: () => 'id' }, true)
    const promise = Promise.resolve()
    expect(writer.write(['a', [promise, 'b']], textHole)).toBe(false)
    expect(writer.take()).toBe('a')
    const stack: Parameters<typeof writer.unwindTo>[0] = []
    writer.unwindTo(stack)
    expect(stack).toMatchObject([
      { kind: 'list', at: 2 },
      { kind: 'list', at: 1 },
      { kind: 'promise', promise },
    ])
  })
})

describe('closeValues', () => {
  it('G5: closes every source among values, however deep, and those of promises', async () => {
    const gates = Array.from({ length: 5 }, () => new Gate())
    const [a, b, c, d, e] = gates
    const values = [
      a,
      'x',
      1,
      null,
      [b],
      html`${c}`,
      later(d, ''),
      Promise.resolve(e),
      Promise.reject(new Error('x')),
    ]
    expect(await closeValues(values)).toEqual([])
    await settle()
    expect(gates.map(({ closed }) => closed)).toEqual([1, 1, 1, 1, 1])
  })
})
