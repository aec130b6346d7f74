import { expect, test } from 'vitest'
import { askPeer } from './ask-peer.ts'
import type { Peer, Place } from './peers/peer.ts'

const peerOf = (prepare: Peer['prepare']): Peer => ({
  name: 'one',
  title: 'One',
  group: 'Go',
  file: 'go/main.go',
  choices: [],
  takes: ({ name }) => name === 'g3-fails-first',
  prepare,
})

const runs =
  (code: string) =>
  ({ port }: Place) => ({
    program: { command: [process.execPath, '-e', code] as const, port },
    versions: { One: '1.0' },
  })

test('askPeer keeps what the cases have shown, with evidence where it was not kept', async () => {
  const serve = (status: number) =>
    `require('http').createServer((q, r) => r.writeHead(q.url === '/hello' ? 200 : ${status}).end('hello')).listen(process.env.PORT)`
  const kept = await askPeer(peerOf(runs(serve(500))))
  expect(kept).toMatchObject({ name: 'one', versions: { One: '1.0' } })
  expect(kept.cases).toEqual([
    { guarantee: 'G3', name: 'g3-fails-first', kind: 'kept', figure: '500', evidence: [] },
  ])
  const broken = await askPeer(peerOf(runs(serve(200))))
  expect(broken.cases).toMatchObject([
    { kind: 'broken', evidence: expect.arrayContaining([expect.stringContaining('200')]) },
  ])
})

test('askPeer gives a row with the reason for a peer that is not installed', async () => {
  const row = await askPeer(
    peerOf(() => {
      throw new Error('go is missing: apt-get install golang-go\nat some line')
    }),
  )
  expect(row).toMatchObject({ cases: [], missing: 'go is missing: apt-get install golang-go' })
})

test('askPeer gives a row with the reason for a peer that does not answer hello', async () => {
  const silent = "require('http').createServer((q, r) => r.writeHead(503).end()).listen(process.env.PORT)"
  const row = await askPeer(peerOf(runs(silent)), { patience: 500 })
  expect(row.cases).toEqual([])
  expect(row.missing).toMatch(/hello/)
})
