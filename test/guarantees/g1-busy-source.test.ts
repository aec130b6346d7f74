import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Block, flush, push, type Reply, stream } from 'millrace'
import { eachDelivery, type OpenServer } from '../support/each-delivery.ts'
import { WatchingClient } from '../support/watching-client.ts'

type Wait = (marks: number) => void

const request = 'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'
const old = 'GET / HTTP/1.0\r\n\r\n'
const marks = ['\r\n\r\n', '<first>', '<second>', '<third>']

// Asks for a reply whose source blocks the CPU until a client in another thread has seen so many marks.
async function watch(open: OpenServer, make: (wait: Wait) => Reply, text = request): Promise<boolean[]> {
  const seen: boolean[] = []
  const ended = Promise.withResolvers<void>()
  let wait: Wait = () => {}
  await using server = await open({
    routes: {
      '/': (context) => {
        context.onClose(() => ended.resolve())
        return make((count) => wait(count))
      },
    },
  })
  await using client = new WatchingClient(server, text, marks)
  wait = (count) => void seen.push(client.blockUntilSeen(count))
  await client.ready()
  client.send()
  await ended.promise
  return seen
}

function* busy(wait: Wait): Generator<Block> {
  yield '<first>'
  wait(2)
  yield Buffer.from('<second>')
  wait(3)
  yield [['<thi'], 'rd>']
  wait(4)
}

async function* busyAsync(wait: Wait): AsyncGenerator<Block> {
  yield* busy(wait)
}

eachDelivery('G1 with a source that blocks the CPU', (open, { isStrict, isHttp1 }) => {
  it('G1: a block has left when its generator goes on after an await', async () => {
    const seen = await watch(open, (wait) =>
      stream(async function* () {
        yield '<first>'
        await nextTurn()
        wait(2)
        yield '<second>'
        await nextTurn()
        wait(3)
      }),
    )
    expect(seen).toEqual([true, true])
  })

  it('G1: the head of a flush has left when its generator goes on after an await', async () => {
    const seen = await watch(open, (wait) =>
      stream(async function* () {
        yield flush
        await nextTurn()
        wait(1)
        yield '<first>'
      }),
    )
    expect(seen).toEqual([true])
  })

  if (!isStrict) return

  it('G1: each block has left before its sync generator is resumed [DJG-010, GAP-020]', async () => {
    expect(await watch(open, (wait) => stream(() => busy(wait)))).toEqual([true, true, true])
  })

  it('G1: each block has left before its async generator is resumed [GAP-020]', async () => {
    expect(await watch(open, (wait) => stream(() => busyAsync(wait)))).toEqual([true, true, true])
  })

  it('G1: each block has left when its write() resolves [ASG-003]', async () => {
    const seen = await watch(open, (wait) =>
      push(async (out) => {
        await out.write('<first>')
        wait(2)
        await out.write('<second>')
        wait(3)
      }),
    )
    expect(seen).toEqual([true, true])
  })

  it('G1: a block after an await has left before its generator is resumed', async () => {
    const seen = await watch(open, (wait) =>
      stream(async function* () {
        await nextTurn()
        yield '<first>'
        wait(2)
        await nextTurn()
        yield '<second>'
        wait(3)
      }),
    )
    expect(seen).toEqual([true, true])
  })

  it('G1: a block of 1 MiB has left before its generator is resumed', async () => {
    const seen = await watch(open, (wait) =>
      stream(function* () {
        yield `${'x'.repeat(1 << 20)}<first>`
        wait(2)
        yield Buffer.alloc(1 << 20, '<second>')
        wait(3)
      }),
    )
    expect(seen).toEqual([true, true])
  })

  it("G1: the head of commit: 'now' has left before the source is started", async () => {
    const seen = await watch(open, (wait) =>
      stream(
        function* () {
          wait(1)
          yield* busy(wait)
        },
        { commit: 'now' },
      ),
    )
    expect(seen).toEqual([true, true, true, true])
  })

  it('G1: a flush before any block has left before its generator is resumed', async () => {
    const seen = await watch(open, (wait) =>
      stream(function* () {
        yield flush
        wait(1)
        yield* busy(wait)
      }),
    )
    expect(seen).toEqual([true, true, true, true])
  })

  it.runIf(isHttp1)('G1: each block of HTTP/1.0 has left before its generator is resumed', async () => {
    expect(await watch(open, (wait) => stream(() => busy(wait)), old)).toEqual([true, true, true])
  })

  it('G1: each block of a body with Content-Length has left before its generator is resumed', async () => {
    const headers = { 'content-length': '22' }
    expect(await watch(open, (wait) => stream(() => busy(wait), { headers }))).toEqual([true, true])
  })
})
