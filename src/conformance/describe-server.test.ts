import { afterAll, describe, expect, it, test } from 'vitest'
import { openAnswers } from '../../test/conformance/open-answers.ts'
import { describeServer, type Runner, type TestContext } from './describe-server.ts'

const open = (empty: string) => openAnswers({ '/hello': 'hello\n', '/empty': empty })

// Under this runner itself.
describeServer({ describe, it, afterAll }, { name: 'a small server', only: ['G8'], open: () => open('ab') })

interface Told {
  readonly name: string
  readonly run: (context: TestContext) => Promise<void>
}

// A runner that only remembers what it is told.
function remember() {
  const tests: Told[] = []
  const closers: (() => Promise<void>)[] = []
  const runner: Runner = {
    describe: (_name, body) => body(),
    it: (name, _options, run) => tests.push({ name, run }),
    after: (close) => closers.push(close),
  }
  const find = (name: string) =>
    tests.find((one) => one.name.includes(name)) ?? { run: () => Promise.reject(new Error('no such test')) }
  return { runner, tests, closers, find }
}

test('describeServer makes a test of each case, named by guarantee, title and case', () => {
  const { runner, tests } = remember()
  describeServer(runner, { name: 'x', only: ['G8'], open: () => open('ab') })
  expect(tests.map(({ name }) => name)).toContain('G8: an empty block does not end the body (g8-empty)')
  expect(tests).toHaveLength(3)
})

test('a test fails by what was seen, is skipped by what is not offered, and the server is closed behind them', async () => {
  const { runner, closers, find } = remember()
  let isClosed = false
  const server = await open('a')
  const close = async () => {
    await server.close()
    isClosed = true
  }
  describeServer(runner, { name: 'x', only: ['G8'], open: () => ({ url: server.url, close }) })
  await expect(find('g8-empty').run({ skip() {} })).rejects.toThrow(/^broken: "a"\nBlocks a, none, b: "a"/)
  const skipped: (string | undefined)[] = []
  await find('g8-length').run({ skip: (why) => skipped.push(why) })
  expect(skipped).toEqual(['the server answers 404'])
  for (const closer of closers) await closer()
  expect(isClosed).toBe(true)
})

test('every test fails when the server cannot be started', async () => {
  const { runner, closers, find } = remember()
  describeServer(runner, { name: 'x', only: ['G8'], open: () => Promise.reject(new Error('no port')) })
  await expect(find('g8-empty').run({ skip() {} })).rejects.toThrow('no port')
  await expect(find('g8-length').run({ skip() {} })).rejects.toThrow('no port')
  for (const close of closers) await close()
})

test('every test fails when the server cannot be asked', async () => {
  const { runner, find } = remember()
  describeServer(runner, { name: 'x', only: ['G8'], open: () => ({ url: 'http://127.0.0.1:1' }) })
  await expect(find('g8-empty').run({ skip() {} })).rejects.toThrow('127.0.0.1:1')
})

test('describeServer refuses a runner that closes nothing', () => {
  const { runner } = remember()
  const without: Runner = {
    describe: (name, body) => runner.describe(name, body),
    it: (...given) => runner.it(...given),
  }
  expect(() => describeServer(without, { name: 'x', open: () => open('ab') })).toThrow(TypeError)
})
