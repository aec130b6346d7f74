import { describe, expect, it } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { showPage } from '../../test/support/show-page.ts'
import { PumpRun, settle, startPump } from '../../test/support/start-pump.ts'
import { ClientGone } from '../delivery/errors.ts'
import { html, type Html, page } from './html.ts'
import { HtmlReader } from './html-reader.ts'
import { formatPart, later } from './later.ts'
import { Laters } from './laters.ts'

function open(template: Html) {
  return startPump(page(template).blocks)
}

describe('later', () => {
  it('G1: sends the fallback at once, and the part before the end of the body when it is ready', async () => {
    const part = Promise.withResolvers<Html>()
    const run = open(html`<body><main>${later(part.promise, html`<i>wait</i>`)}</main></body>`)
    await settle()
    expect(run.sink.text).toContain(
      '<main><template id="later-1"></template><i>wait</i><!--/later-1--></main>\r\n',
    )
    part.resolve(html`<b>${'<ready>'}</b>`)
    await run.closed
    const text = run.sink.text.slice(run.sink.text.indexOf('</main>'))
    expect(text).toContain(formatPart('later-1', '<b>&lt;ready&gt;</b>', undefined))
    expect(text.trimEnd()).toMatch(/<\/script>\r\n7\r\n<\/body>$/)
  })

  it('sends parts in the order in which they are ready', async () => {
    const [a, b, c] = [new Gate(), new Gate(), new Gate()]
    const run = open(html`${later(a)}${later(b)}${later(c)}`)
    await Promise.all([a, b, c].map((gate) => gate.whenAsked(1)))
    for (const [index, gate] of [c, a, b].entries()) {
      gate.open(`part ${index}`)
      gate.end()
      await run.sink.when('write', index + 2)
      expect(run.sink.text).toContain(`>part ${index}</template>`)
    }
    expect((await run.closed).outcome.kind).toBe('complete')
    expect(run.sink.text.match(/data-place="later-\d"/g)).toEqual(
      [3, 1, 2].map((id) => `data-place="later-${id}"`),
    )
  })

  it('sends it at the end where there is no end of the body', async () => {
    expect(await page(html`<ul>${later('x', 'y')}</ul>`).text()).toMatch(
      /<\/ul><template data-place.*<\/script>$/,
    )
  })

  it('sends what comes after the end of the body too', async () => {
    const text = await page(html`<body>${later('a')}</body>${later('b')}</html>`).text()
    expect(showPage(text)).toBe('<html><head></head><body>ab</body></html>')
  })

  it('calls a function when its place has left', async () => {
    const seen: string[] = []
    const run = new PumpRun(page(html`<p>${later(() => void seen.push(run.sink.text), 'wait')}</p>`).blocks)
    run.pump.start()
    await run.closed
    expect(seen).toEqual([expect.stringContaining('wait')])
  })

  it('sends a part inside of a part after it, whichever is ready first', async () => {
    const outer = Promise.withResolvers<string>()
    const inner = later(Promise.resolve('inner'), 'wait for inner')
    const run = open(html`<body>${later([html`[${inner}]`, outer.promise], 'wait')}</body>`)
    await settle()
    outer.resolve('outer')
    await run.closed
    expect(run.sink.text.match(/data-place="later-\d"/g)).toEqual([
      'data-place="later-1"',
      'data-place="later-2"',
    ])
  })

  it('G4: shows what onError makes of a failed part, and nothing of the error', async () => {
    const failing = (fallback: unknown) =>
      later(Promise.reject(new Error('password=1234')), fallback, { onError: () => html`<b>not now</b>` })
    const text = await page(html`<body>${failing('wait')}</body>`).text()
    expect(showPage(text)).toBe('<html><head></head><body><b>not now</b></body></html>')
    expect(text).not.toContain('1234')
  })

  it('G4: shows no part that stood inside of a failed one', async () => {
    const lost = async function* () {
      yield later('never seen')
      await settle()
      throw new Error('lost')
    }
    const text = await page(html`<body>${later(lost, '', { onError: () => 'failed' })}</body>`).text()
    expect(showPage(text)).toBe('<html><head></head><body>failed</body></html>')
    expect(text).not.toContain('never seen')
  })

  it.each<[string, () => ReturnType<typeof later>]>([
    ['there is no onError', () => later(Promise.reject(new Error('lost')), 'wait')],
    [
      'onError fails',
      () =>
        later(Promise.reject(new Error('first')), 'wait', {
          onError: () => Promise.reject(new Error('lost')),
        }),
    ],
  ])('G4: fails the page when a part fails and %s', async (_, make) => {
    const run = open(html`<body>${make()}</body>`)
    const { outcome } = await run.closed
    expect(outcome).toMatchObject({ kind: 'failed', error: new Error('lost') })
    expect(run.sink.text).not.toMatch(/lost|<\/body>/)
  })

  it('G5, G10: closes every part once when the client leaves', async () => {
    const [begun, inside, unread, fallback] = [new Gate(), new Gate(), new Gate(), new Gate()]
    const parts = [
      later(begun),
      later([later(inside), Promise.withResolvers().promise]),
      later('x', fallback),
      later(unread),
    ]
    const run = open(html`${parts}`)
    await Promise.all([begun, inside, fallback].map((gate) => gate.whenAsked(1)))
    run.pump.abort(new ClientGone())
    expect((await run.closed).errors).toEqual([])
    expect([begun, inside, unread, fallback].map(({ closed }) => closed)).toEqual([1, 1, 1, 1])
    expect(unread.asked).toBe(0)
  })

  it('G7: closes its content when the page is never read', async () => {
    const [content, fallback] = [new Gate(), new Gate()]
    await page(html`${later(content, fallback)}`).blocks.close()
    expect([content.closed, fallback.closed]).toEqual([1, 1])
  })

  it('G5: tells what the closing of a part throws, once', async () => {
    const error = new Error('Cannot close the cursor')
    const bad = { [Symbol.iterator]: () => ['a'].values(), close: () => Promise.reject(error) }
    const { outcome, errors } = await open(html`${later(bad)}`).closed
    expect([outcome.kind, errors]).toEqual(['complete', [error]])
  })
})

describe('Laters', () => {
  it('has nothing to give when nothing is due', async () => {
    const laters = new Laters((value, places) => new HtmlReader(value, { places }), undefined)
    expect(laters.take()).toBe(undefined)
    const id = laters.add(later('x'))
    const waiting = laters.take()
    laters.begin()
    await waiting
    expect(laters.take()).toBe(formatPart(id, 'x', undefined))
    expect(laters.take()).toBe(undefined)
    expect(await laters.close()).toEqual([])
  })
})
