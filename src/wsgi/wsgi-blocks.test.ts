import { expect, it } from 'vitest'
import { flush } from '../body/block.ts'
import { ResponseStart } from './response-start.ts'
import { WsgiBlocks } from './wsgi-blocks.ts'

const bytes = (text: string) => Buffer.from(text)

function create(): { blocks: WsgiBlocks; start: ResponseStart } {
  const blocks: WsgiBlocks = new WsgiBlocks(() => start, { signal: new AbortController().signal })
  const start = new ResponseStart(blocks.write)
  start.call('200 OK', [])
  return { blocks, start }
}

async function textOf(blocks: WsgiBlocks): Promise<string[]> {
  const texts: string[] = []
  for (;;) {
    const step = await blocks.next()
    if (step.done) return texts
    texts.push(step.value === flush ? 'flush' : String(step.value))
  }
}

it('WsgiBlocks gives what was written, then what was returned', async () => {
  const { blocks } = create()
  void blocks.write(bytes('one'))
  blocks.take([bytes('two')])
  expect(await textOf(blocks)).toEqual(['one', 'two'])
})

it('WsgiBlocks waits for an application that runs, and gives its failure after what it has written', async () => {
  const { blocks } = create()
  const asked = blocks.next()
  void blocks.write(bytes('one'))
  expect(await asked).toMatchObject({ done: false })
  const next = blocks.next()
  blocks.fail(new Error('broken'))
  await expect(async () => next).rejects.toThrow('broken')
})

it('WsgiBlocks keeps order when a sync body flushes while it is asked', async () => {
  const { blocks } = create()
  blocks.take(
    (function* () {
      yield bytes('one')
      void blocks.flush()
      yield bytes('two')
      yield bytes('three')
    })(),
  )
  expect(await textOf(blocks)).toEqual(['one', 'two', 'flush', 'three'])
})

it('WsgiBlocks flushes while an async body works on its block', async () => {
  const { blocks } = create()
  const work = Promise.withResolvers<void>()
  blocks.take(
    (async function* () {
      void blocks.flush()
      await work.promise
      yield bytes('one')
    })(),
  )
  expect(await blocks.next()).toEqual({ done: false, value: flush })
  work.resolve()
  expect(await textOf(blocks)).toEqual(['one'])
})

it('WsgiBlocks peeks at the first block that settles the head, and gives it again', async () => {
  const { blocks, start } = create()
  blocks.take([bytes(''), bytes(''), bytes('one'), bytes('two')])
  await blocks.peek()
  expect(start.isCommitted).toBe(true)
  expect(await textOf(blocks)).toEqual(['one', 'two'])
})

it('WsgiBlocks lets others run while it looks through endless empty blocks', async () => {
  const { blocks } = create()
  let isTold = false
  setImmediate(() => (isTold = true))
  blocks.take(
    (function* () {
      while (!isTold) yield bytes('')
      yield bytes('one')
    })(),
  )
  await blocks.peek()
  expect(await textOf(blocks)).toEqual(['one'])
})

it('WsgiBlocks closes a body that was never asked, and one that comes too late', async () => {
  const closed: string[] = []
  const body = (name: string) => ({
    *[Symbol.iterator]() {},
    close: () => closed.push(name),
  })
  const unasked = create().blocks
  unasked.take(body('unasked'))
  await unasked.close()
  await unasked.close()
  const late = create().blocks
  late.fail(new Error('too much was written'))
  late.take(body('late'))
  await Promise.resolve()
  expect(closed).toEqual(['unasked', 'late'])
})

it('WsgiBlocks stops a body that is in the middle, before it is closed', async () => {
  const log: string[] = []
  const { blocks } = create()
  blocks.take({
    *[Symbol.iterator]() {
      try {
        yield bytes('one')
        yield bytes('two')
      } finally {
        log.push('stopped')
      }
    },
    close: () => log.push('closed'),
  })
  await blocks.next()
  await blocks.return()
  await blocks.close()
  expect(log).toEqual(['stopped', 'closed'])
})

it('WsgiBlocks tells of a failure that nobody has been told of, but not of its own refusal', async () => {
  const failing = create().blocks
  failing.fail(new Error('unheard'))
  await expect(failing.return()).rejects.toThrow('unheard')
  const refused = create().blocks
  const written = refused.write(bytes('one'))
  const stopped = refused.return()
  refused.fail(await written.catch((error: unknown) => error))
  await expect(stopped).resolves.toBeUndefined()
})
