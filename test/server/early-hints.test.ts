import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

const style = '</style.css>; rel=preload; as=style'
const font = '</font.woff2>; rel=preload; as=font'

eachDelivery('early hints', (open, { isHttp1 }) => {
  it('arrive before the handler has answered, each time, and the reply follows [ASG-011]', async () => {
    const opened = Promise.withResolvers<void>()
    const gate = new Gate()
    await using server = await open({
      routes: {
        '/': async ({ earlyHints }) => {
          earlyHints([style])
          earlyHints([style, font])
          await opened.promise
          return stream(gate)
        },
      },
    })
    const client = server.client()
    client.get('/')
    const head = isHttp1 ? 'HTTP/1.1 103 Early Hints\r\nLink' : 'HTTP/2 103\r\nlink'
    expect(await client.until('\r\n\r\n')).toBe(`${head}: ${style}\r\n\r\n`)
    const both = isHttp1 ? `${style}, ${font}` : `${style}\r\nlink: ${font}`
    expect(await client.until('\r\n\r\n')).toBe(`${head}: ${both}\r\n\r\n`)
    opened.resolve()
    gate.open('one')
    expect(await client.until('one')).toMatch(/^HTTP\/(?:1\.1 200 OK|2 200)\r\n/)
    gate.end()
    await client.untilEnd()
  })

  it('are not sent to HTTP/1.0, nor after the head, nor when there are none', async () => {
    await using server = await open({
      routes: {
        '/': ({ earlyHints }) => {
          earlyHints([])
          return stream(function* () {
            yield 'one'
            earlyHints([style])
          })
        },
        '/old': ({ earlyHints }) => {
          earlyHints([style])
          return 'old'
        },
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.untilEnd()).not.toContain('103')
    if (!isHttp1) return
    client.send('GET /old HTTP/1.0\r\n\r\n')
    expect((await client.toEnd()).text).not.toContain('103')
  })

  it('G12: cannot hold a line break, what would be sent as one, nor anything that is no link', async () => {
    const refused = [
      `${style}\r\nX-Evil: 1`,
      // Their low bytes are a line break.
      '</a\u010d\u010aX-Evil:\u0120yes>; rel=preload',
      '</a>; x=\u010a</evil.js>;rel=preload',
      '</a\u010dX-Evil: yes>; rel=preload',
      '</\u4e2d.css>; rel=preload',
      '</\u00e9.css>; rel=preload',
      'nothing',
    ]
    const seen: unknown[] = []
    await using server = await open({
      routes: {
        '/': ({ earlyHints }) => {
          for (const link of refused) {
            try {
              earlyHints([link])
            } catch (error) {
              seen.push(error)
            }
          }
          return 'done'
        },
      },
    })
    const client = server.client()
    client.get('/')
    const text = await client.until('done')
    expect(text).not.toMatch(/evil|103/i)
    expect(seen.map(String)).toEqual(
      refused.map(() => expect.stringContaining('TypeError: Cannot send the early hint')),
    )
  })
})
