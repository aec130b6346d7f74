import type { ConformanceCase } from '../../conformance-case.ts'
import { askInRhythm, judgeBlocks } from './judge-blocks.ts'

// RFC 9112 has nothing to say about when a chunk leaves; PEP 3333 has ("must not delay the transmission of any block").
const N = 4
const MS = 200

/** G1: no block waits. */
export const g01NoBlockWaits: readonly ConformanceCase[] = [
  {
    guarantee: 'G1',
    name: 'g1-waiting',
    title: 'each block has come before the next is made, while the source waits',
    why: 'progress, tokens and first rows are seen when they are made',
    place: 'timed',
    run: inRhythm('/blocks?size=32'),
  },
  {
    guarantee: 'G1',
    name: 'g1-busy',
    title: 'each block has come before the next is made, while the source computes',
    why: 'a block that waits for the end of the turn waits as long as the application computes',
    place: 'alone',
    run: inRhythm('/blocks?busy=1'),
  },
  {
    guarantee: 'G1',
    name: 'g1-events',
    title: 'each event has come before the next is made',
    why: 'events that come in bursts are no live events',
    place: 'timed',
    run: inRhythm('/events?size=32', [['accept', 'text/event-stream']]),
  },
]

function inRhythm(path: string, fields: Fields = []): ConformanceCase['run'] {
  return async (server) => {
    const rhythm = { n: N, ms: MS * server.pace }
    return judgeBlocks(await askInRhythm(server, path, { ...rhythm, fields }), rhythm)
  }
}

type Fields = readonly (readonly [name: string, value: string])[]
