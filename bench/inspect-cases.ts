import type { Contestant } from './contestant.ts'
import type { SpeedCase } from './speed-cases.ts'

// What it costs that somebody looks on: the same server and path, watched and not, in turns of the same minutes. The
// ratio is that of the first row to the second.
function watched(path: string): Contestant[] {
  const row = { peer: 'millrace-inspector', path, placement: 'pinned' } as const
  return [
    { ...row, label: 'millrace, watched', isInspected: true },
    { ...row, label: 'not watched' },
  ]
}

function watchedThread(path: string): Contestant[] {
  const row = { peer: 'millrace-thread-inspector', path, placement: 'shared' } as const
  return [
    { ...row, label: 'millrace thread, watched', isInspected: true },
    { ...row, label: 'not watched' },
  ]
}

const base = { kind: 'speed', checkG1: false } as const
const blocks = { ...base, unit: 'blocks/s', unitsPerReply: 1000, expected: 'blocks' } as const
const hello = { ...base, unit: 'replies/s', unitsPerReply: 1, expected: 'hello' } as const

const titles = {
  hello: 'Inspected: a buffered text of 12 bytes',
  strict: 'Inspected: 1,000 strict blocks of 100 bytes a reply',
  turn: 'Inspected: the same blocks, which may leave together',
} as const

/** The inspector with somebody who looks on, and with nobody. */
export const inspectCases: SpeedCase[] = [
  { ...hello, name: 'inspect-hello', title: titles.hello, contestants: watched('/hello') },
  { ...blocks, name: 'inspect-strict', title: titles.strict, contestants: watched('/blocks') },
  { ...blocks, name: 'inspect-turn', title: titles.turn, contestants: watched('/turn') },
  {
    ...hello,
    name: 'inspect-hello-shared',
    title: `${titles.hello}, with a transmitter thread`,
    contestants: watchedThread('/hello'),
  },
  {
    ...blocks,
    name: 'inspect-strict-shared',
    title: `${titles.strict}, with a transmitter thread`,
    contestants: watchedThread('/blocks'),
  },
]
