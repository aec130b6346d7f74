import { describe, expect, it } from 'vitest'
import { flush } from 'millrace'
import { type Application, type Environ, validator } from 'millrace/wsgi'
import { b, openApplication, plain } from './open-application.ts'

const good: Application = (_environ, startResponse) => {
  startResponse('200 OK', plain)
  return [b('one'), b('two')]
}

/** What the server reports of a request to this application, and how the client sees it. */
async function faultsOf(application: Application) {
  await using served = await openApplication(application)
  served.client.get('/')
  const reply = await served.client.reply()
  await served.over
  await served.server.close()
  return { reply, faults: served.reported }
}

async function expectFault(application: Application, code: string): Promise<void> {
  const { faults } = await faultsOf(validator(application))
  expect(faults).toEqual([expect.objectContaining({ name: 'WsgiError', code })])
}

/** Calls the application as a server that makes mistakes; gives what it throws. */
async function thrownFor(application: Application, change: (environ: Environ) => unknown): Promise<unknown> {
  let thrown: unknown
  await using served = await openApplication((environ, startResponse) => {
    try {
      return change(environ) === 'called' ? [] : application(environ, startResponse)
    } catch (error) {
      thrown = error
      startResponse('200 OK', plain)
      return []
    }
  })
  served.client.get('/')
  await served.client.reply()
  return thrown
}

describe('validator, an application', () => {
  it('lets a good application through; only the length of one block is not derived [VAL-013]', async () => {
    const { reply, faults } = await faultsOf(validator(good))
    expect(reply).toMatchObject({ status: 200, text: 'onetwo', isComplete: true })
    expect(faults).toEqual([])
    const one = await faultsOf(
      validator((_environ, startResponse) => {
        startResponse('200 OK', plain)
        return [b('one')]
      }),
    )
    expect(one.reply).toMatchObject({ text: 'one', framing: 'chunked' })
    expect(one.faults).toEqual([])
  })

  it('lets async bodies, write() and flush through', async () => {
    const { reply, faults } = await faultsOf(
      validator(async (environ, startResponse) => {
        await environ['wsgi.input'].read(10)
        await startResponse('200 OK', plain)(b('written,'))
        return (async function* () {
          yield flush
          yield b('yielded')
        })()
      }),
    )
    expect(reply).toMatchObject({ text: 'written,yielded', isComplete: true })
    expect(faults).toEqual([])
  })

  it.each<[string, unknown]>([
    ['text', 'text'],
    ['bytes', b('bytes')],
    ['nothing', null],
    ['undefined', undefined],
    ['false', false],
    ['an object', {}],
  ])('reports a body that is %s [VAL-001] [VAL-011]', async (_name, body) => {
    await expectFault((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return JSON.parse('null', () => body)
    }, 'W10')
  })

  it('reports a block that is not bytes, and says what it is [VAL-002]', async () => {
    const { faults } = await faultsOf(
      validator((_environ, startResponse) => {
        startResponse('200 OK', plain)
        return JSON.parse('["some text"]')
      }),
    )
    expect(faults).toEqual([
      expect.objectContaining({ code: 'W11', message: expect.stringContaining('some text') }),
    ])
  })

  it('reports data before startResponse [VAL-004]', async () => {
    await expectFault(() => [b('one')], 'W9')
  })

  it.each(['200', '20X OK', '200OK'])(
    'reports the status %j with a message of its own, and the client gets a 500 [VAL-006] [VAL-014] [VAL-015]',
    async (status) => {
      const { reply, faults } = await faultsOf(
        validator((_environ, startResponse) => {
          startResponse(status, plain)
          return []
        }),
      )
      expect(reply).toMatchObject({ status: 500, text: 'Internal server error\n' })
      expect(faults).toEqual([
        expect.objectContaining({ code: 'W4', message: expect.stringContaining(`"${status}"`) }),
      ])
    },
  )

  it.each<[string, string, unknown]>([
    ['no list', 'W5', { a: 'b' }],
    ['a triple', 'W5', [['A', 'b', 'c']]],
    ['a value that is no text', 'W5', [['A', 1]]],
    ['Status', 'W5', [...plain, ['Status', '200 OK']]],
    ['a name that begins with a digit', 'W5', [...plain, ['1-A', 'b']]],
    ['a name that ends in a hyphen', 'W5', [...plain, ['A-', 'b']]],
    ['a name that ends in an underscore', 'W5', [...plain, ['A_', 'b']]],
    ['a control character [VAL-008]', 'W5', [...plain, ['A', 'x\u0001']]],
    ['a hop-by-hop name', 'W6', [...plain, ['Connection', 'close']]],
  ])('reports headers with %s [VAL-007]', async (_name, code, headers) => {
    await expectFault((_environ, startResponse) => {
      Reflect.apply(startResponse, undefined, ['200 OK', headers])
      return []
    }, code)
  })

  it('reports a Content-Type that is missing, or is there with 204 and 304 [VAL-009]', async () => {
    for (const [status, headers] of [
      ['200 OK', []],
      ['204 No Content', plain],
      ['304 Not Modified', plain],
    ] as const) {
      await expectFault((_environ, startResponse) => {
        startResponse(status, headers)
        return []
      }, 'W17')
    }
    const { faults } = await faultsOf(
      validator((_environ, startResponse) => {
        startResponse('204 No Content', [])
        return []
      }),
    )
    expect(faults).toEqual([])
  })

  it('reports write() with anything but one argument of bytes [VAL-010]', async () => {
    for (const call of [['text'], [], [b('x'), b('y')]]) {
      await expectFault((_environ, startResponse) => {
        void Reflect.apply(startResponse('200 OK', plain), undefined, call)
        return []
      }, 'W12')
    }
  })

  it('reports other than two arguments of the application, and other than two or three of startResponse [VAL-011]', async () => {
    for (const call of [[{}], [{}, () => {}, 1]]) {
      expect(() => Reflect.apply(validator(good), undefined, call)).toThrow(
        expect.objectContaining({ code: 'W1' }),
      )
    }
    for (const call of [['200 OK'], ['200 OK', plain, undefined, 1]]) {
      await expectFault((_environ, startResponse) => {
        Reflect.apply(startResponse, undefined, call)
        return []
      }, 'W3')
    }
    await expectFault((_environ, startResponse) => {
      startResponse('200 OK', plain)
      startResponse('200 OK', plain)
      return []
    }, 'W7')
  })

  it('reports read() without exactly one argument, sizes that are none, and close() of wsgi.input [VAL-012]', async () => {
    for (const [method, call] of [
      ['read', []],
      ['read', [1, 2]],
      ['read', ['1']],
      ['readline', [1.5]],
      ['readlines', [1, 2]],
      ['close', []],
    ] as const) {
      await expectFault((environ, startResponse) => {
        startResponse('200 OK', plain)
        Reflect.apply(Reflect.get(environ['wsgi.input'], method), environ['wsgi.input'], call)
        return []
      }, 'W16')
    }
  })
})

describe('validator, a server or middleware', () => {
  it.each<[string, Partial<Environ>]>([
    ['no method', { REQUEST_METHOD: '' }],
    ['a path without a slash', { PATH_INFO: 'x' }],
    ['a script that ends in a slash', { SCRIPT_NAME: '/x/' }],
    ['a length that is none', { CONTENT_LENGTH: 'x' }],
    ['a header twice', { HTTP_CONTENT_TYPE: 'text/plain' }],
    ['a number for text', { HTTP_X: 1 }],
    ['more than latin1', { HTTP_X: '\u20ac' }],
    ['another version', { 'wsgi.version': JSON.parse('[2, 0]') }],
    ['another scheme', { 'wsgi.url_scheme': 'ftp' }],
    ['a flag that is none', { 'wsgi.run_once': JSON.parse('1') }],
    ['an input without readline', { 'wsgi.input': JSON.parse('{}') }],
    ['no place for errors', { 'wsgi.errors': JSON.parse('null') }],
  ])('reports an environ with %s', async (_name, wrong) => {
    const thrown = await thrownFor(validator(good), (environ) => Object.assign(environ, wrong))
    expect(thrown).toMatchObject({
      code: 'W2',
      message: expect.stringContaining(Object.keys(wrong)[0] ?? ''),
    })
  })

  it('reports an environ that is no plain object', async () => {
    for (const environ of [new Map(), null, [1]]) {
      expect(() => Reflect.apply(validator(good), undefined, [environ, () => {}])).toThrow(
        expect.objectContaining({ code: 'W2' }),
      )
    }
  })

  it('reports a body that is asked after its end, after close(), or closed twice [VAL-003]', async () => {
    const askers: ((body: AsyncIterator<unknown> & { close(): unknown }) => Promise<unknown>)[] = [
      async (body) => {
        while (!(await body.next()).done);
        await body.next()
      },
      async (body) => {
        await body.close()
        await body.next()
      },
      async (body) => {
        await body.close()
        await body.close()
      },
    ]
    for (const ask of askers) {
      const { faults } = await faultsOf(async (environ, startResponse) => {
        const body: unknown = await validator(good)(environ, startResponse)
        await ask(Object(body))
        return []
      })
      expect(faults[0]).toMatchObject({ code: 'W15' })
    }
  })

  it('reports a body that is dropped without close() [VAL-005]', async () => {
    const { reply, faults } = await faultsOf(async function* (environ, startResponse) {
      for await (const block of await validator(good)(environ, startResponse)) yield block
    })
    expect(reply.text).toBe('onetwo')
    expect(faults).toEqual([
      expect.objectContaining({ code: 'W15', message: expect.stringContaining('close()') }),
    ])
  })

  /** Middleware that gives what `pass` makes of the blocks, between two validators. */
  function between(
    pass: (blocks: AsyncIterable<unknown>) => AsyncIterable<Uint8Array | typeof flush>,
    app = good,
  ): Application {
    const inner = validator(app)
    return validator(async (environ, startResponse) => {
      const body = await inner(environ, startResponse)
      const close: unknown = Reflect.get(body, 'close')
      return {
        [Symbol.asyncIterator]: () => pass(toAsync(body))[Symbol.asyncIterator](),
        close: () => typeof close === 'function' && Reflect.apply(close, body, []),
      }
    })
  }

  async function* toAsync(body: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<unknown> {
    yield* body
  }

  it('passes middleware that gives one block for each [PEP-007] [PEP-008]', async () => {
    const { reply, faults } = await faultsOf(
      between(async function* (blocks) {
        for await (const block of blocks) yield block === flush ? flush : b(String(block).toUpperCase())
      }),
    )
    expect(reply).toMatchObject({ text: 'ONETWO', isComplete: true })
    expect(faults).toEqual([])
  })

  it('passes middleware that has nothing to say, and yields empty blocks [PEP-008]', async () => {
    const { reply, faults } = await faultsOf(
      between(async function* (blocks) {
        let all = ''
        for await (const block of blocks) {
          all += String(block)
          yield b('')
        }
        yield b(all)
      }),
    )
    expect(reply.text).toBe('onetwo')
    expect(faults).toEqual([])
  })

  it('reports middleware that takes a second block before it has answered for the first [PEP-007] [PEP-008] [PEP-009]', async () => {
    const { faults } = await faultsOf(
      between(async function* (blocks) {
        let all = ''
        for await (const block of blocks) all += String(block)
        yield b(all)
      }),
    )
    expect(faults).toEqual([
      expect.objectContaining({ code: 'W14', message: expect.stringContaining('taken 1 and given 0') }),
    ])
  })

  it('reports middleware that keeps the last block', async () => {
    const { faults } = await faultsOf(
      between(async function* (blocks) {
        let count = 0
        for await (const block of blocks) if (++count < 2) yield b(String(block))
      }),
    )
    expect(faults).toEqual([expect.objectContaining({ code: 'W14' })])
  })

  it('reports middleware that swallows flush', async () => {
    const { faults } = await faultsOf(
      between(
        async function* (blocks) {
          for await (const block of blocks) yield block === flush ? b('') : b(String(block))
        },
        function* (_environ, startResponse) {
          startResponse('200 OK', plain)
          yield flush
          yield b('one')
        },
      ),
    )
    expect(faults).toEqual([
      expect.objectContaining({ code: 'W14', message: expect.stringContaining('flush') }),
    ])
  })

  it('reports middleware that reads the body before it has returned one [PEP-010]', async () => {
    const inner = validator(good)
    const { faults } = await faultsOf(
      validator(async (environ, startResponse) => {
        const blocks: Uint8Array[] = []
        for await (const block of await inner(environ, startResponse))
          if (block !== flush) blocks.push(b(String(block)))
        return blocks
      }),
    )
    expect(faults[0]).toMatchObject({
      code: 'W14',
      message: expect.stringContaining('returns its body first'),
    })
  })

  it('reports middleware that writes what its application has yielded [PEP-011]', async () => {
    const inner = validator(good)
    const { faults } = await faultsOf(
      validator((environ, startResponse) => {
        const write = startResponse('200 OK', plain)
        return (async function* () {
          for await (const block of await inner(environ, () => write)) {
            if (block !== flush) await write(b(String(block)))
            yield b('')
          }
        })()
      }),
    )
    expect(faults).toContainEqual(expect.objectContaining({ code: 'W12' }))
  })
})
