import { expect, it } from 'vitest'
import { checkEnviron } from './check-environ.ts'
import { ValidatedBlocks } from './validated-blocks.ts'
import { ValidatedInput } from './validated-input.ts'
import { validator } from './validator.ts'

const nothing = async () => new Uint8Array(0)

function createEnviron() {
  return {
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: '/',
    QUERY_STRING: '',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    'wsgi.version': [1, 0] as const,
    'wsgi.url_scheme': 'http',
    'wsgi.input': {
      read: nothing,
      readline: nothing,
      readlines: async () => [],
      async *[Symbol.asyncIterator]() {},
    },
    'wsgi.errors': { write() {}, writelines() {}, flush() {} },
    'wsgi.multithread': false,
    'wsgi.multiprocess': false,
    'wsgi.run_once': false,
  }
}

it('checkEnviron takes a good environ, and one without a prototype', () => {
  checkEnviron(createEnviron())
  checkEnviron(Object.assign(Object.create(null), createEnviron()))
})

it.each(Object.keys(createEnviron()))('checkEnviron misses %s', (name) => {
  const environ = Object.fromEntries(Object.entries(createEnviron()).filter(([other]) => other !== name))
  expect(() => checkEnviron(environ)).toThrow(
    `W2: Cannot call an application with an environ whose ${name} is`,
  )
})

it('ValidatedInput forwards what is read as it should be', async () => {
  const asked: unknown[] = []
  const note = async (...call: unknown[]) => {
    asked.push(call)
    return Buffer.from('x')
  }
  const lines = async (...call: unknown[]) => [await note(...call)]
  const input = new ValidatedInput({
    read: note,
    readline: note,
    readlines: lines,
    async *[Symbol.asyncIterator]() {
      yield Buffer.from('line')
    },
  })
  await input.read(1)
  await input.read(undefined)
  await input.readline()
  await input.readlines(3)
  expect(asked).toEqual([[1], [undefined], [], [3]])
  for await (const line of input) expect(String(line)).toBe('line')
})

it('ValidatedBlocks can be iterated as what it wraps', async () => {
  const sync = new ValidatedBlocks(createEnviron()).take([Buffer.from('one')])
  sync.isStarted = true
  expect([...sync].map(String)).toEqual(['one'])
  const later = new ValidatedBlocks(createEnviron()).take(
    (async function* () {
      yield Buffer.from('one')
    })(),
  )
  later.isStarted = true
  expect(() => [...later]).toThrow('use for await')
})

it('ValidatedBlocks refuses to be asked twice at once', async () => {
  const blocks = new ValidatedBlocks(createEnviron()).take(
    (async function* () {
      yield Buffer.from('one')
    })(),
  )
  blocks.isStarted = true
  const first = blocks.next()
  expect(() => blocks.next()).toThrow('W15')
  await first
})

it('validator passes on what an application throws', async () => {
  const broken = new Error('broken')
  const failing = validator(() => {
    throw broken
  })
  expect(() => failing(createEnviron(), () => async () => {})).toThrow(broken)
  await expect(async () =>
    validator(() => Promise.reject(broken))(createEnviron(), () => async () => {}),
  ).rejects.toBe(broken)
})
