import { expect, test } from 'vitest'
import { openAnswers } from '../../../../test/conformance/open-answers.ts'
import { AskedReply } from '../../asking/asked-reply.ts'
import { AskedServer } from '../../asking/asked-server.ts'
import { askInRhythm, judgeBlocks } from './judge-blocks.ts'

const rhythm = { n: 4, ms: 200 }
const made = [0, 200, 400, 600]

// A reply whose blocks were made every 200 ms, and came when it is said.
function toReply(came: readonly number[], isComplete = true): AskedReply {
  const reply = new AskedReply()
  reply.head({ version: '1.1', status: 200, reason: '', fields: [], framing: { kind: 'chunked' }, at: 0 })
  for (const [number, ms] of came.entries()) {
    const at = reply.sentAt + ms
    const bytes = Buffer.from(`${number} ${made[number]}.000...\n`)
    reply.piece({ bytes, startedAt: at, at, reading: number })
  }
  if (isComplete) reply.end({ kind: 'complete', isSure: true, at: 0 })
  return reply
}

test('judgeBlocks: blocks that come as they are made are kept, with the longest that one has needed', () => {
  expect(judgeBlocks(toReply([2, 203, 401, 601]), rhythm)).toMatchObject({ kind: 'kept', figure: '3.0 ms' })
})

test('judgeBlocks: a machine that is busy is no fault', () => {
  expect(judgeBlocks(toReply([2, 370, 410, 750]), rhythm)).toMatchObject({ kind: 'kept', figure: '170 ms' })
})

test('judgeBlocks: nor is a server that is slow to begin', () => {
  expect(judgeBlocks(toReply([190, 330, 560, 750]), rhythm)).toMatchObject({ kind: 'kept', figure: '190 ms' })
})

test('judgeBlocks: each block with the next one is broken, the last one too', () => {
  const figure = 'all late, up to 201 ms'
  expect(judgeBlocks(toReply([201, 401, 601, 801]), rhythm)).toMatchObject({ kind: 'broken', figure })
})

test('judgeBlocks: all together at the end is broken', () => {
  const result = judgeBlocks(toReply([803, 803, 804, 804]), rhythm)
  expect(result).toMatchObject({ kind: 'broken', figure: 'all at 803 ms' })
})

test('judgeBlocks: one that is held is broken', () => {
  const result = judgeBlocks(toReply([1, 401, 402, 601]), rhythm)
  expect(result).toMatchObject({ kind: 'broken', figure: '1 of 4 late, up to 201 ms', isDoubtful: true })
})

test('judgeBlocks: a block that is missing, and an end that is missing, are broken', () => {
  expect(judgeBlocks(toReply([1, 201, 401]), rhythm)).toMatchObject({
    kind: 'broken',
    figure: '3 of 4 blocks',
  })
  expect(judgeBlocks(toReply([1, 201, 401, 601], false), rhythm)).toMatchObject({
    kind: 'broken',
    evidence: ['The reply: 200, hangs.'],
  })
})

test('askInRhythm asks once for one block without a wait, so that what happens only once does not count', async () => {
  const targets: (string | undefined)[] = []
  const answers = await openAnswers(({ url }, response) => {
    targets.push(url)
    response.end('0 0.000...\n')
  })
  const options = { protocol: 'HTTP/1.1', patience: 5000, pace: 1, suite: {} } as const
  const server = new AskedServer(new URL(answers.url), options)
  const reply = await askInRhythm(server, '/blocks?busy=1', rhythm)
  await answers.close()
  expect(targets).toEqual(['/blocks?busy=1&n=1', '/blocks?busy=1&n=4&ms=200'])
  expect(reply.lines).toHaveLength(1)
})
