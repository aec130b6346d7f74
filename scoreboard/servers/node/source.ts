import { setTimeout as wait } from 'node:timers/promises'

/** What has become of a source: how often it was started and closed, and how many blocks it has made. */
export interface Note {
  started: number
  made: number
  closed: number
  context: string | null
}

/** What a server hands to a source besides its parameters. */
export interface SourceOptions {
  /** Aborted when the client has left. */
  signal?: AbortSignal | undefined
  /** Reads the name from the context of the request. */
  readName?: (() => string | undefined) | undefined
}

const notes = new Map<string, Note>()
const encoder = new TextEncoder()

/** What `/state` answers: zeros for an id that is not known. */
export function readNote(id: string | null): Note {
  return notes.get(id ?? '') ?? { started: 0, made: 0, closed: 0, context: null }
}

/** The lines of docs/conformance.md, each without its line feed. */
export async function* makeLines(
  query: URLSearchParams,
  { signal, readName }: SourceOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { n, ms, isBusy, size, delay, fail } = readParameters(query)
  const started = performance.now()
  const note = openNote(query.get('id'))
  note.started++
  try {
    if (delay > 0) await wait(delay, undefined, { signal })
    for (let number = 0; number < n; number++) {
      if (number === fail) throw new Error('the secret of the source')
      const name = readName ? ` name=${readName() ?? ''}` : ''
      note.made++
      yield `${number} ${(performance.now() - started).toFixed(3)}${name}`.padEnd(size - 1, '.')
      if (isBusy) keepBusy(ms)
      else if (ms > 0) await wait(ms, undefined, { signal })
    }
  } finally {
    note.closed++
    if (readName) note.context = readName() ?? null
  }
}

/** The blocks of docs/conformance.md: each a line, as bytes. */
export async function* makeBlocks(
  query: URLSearchParams,
  options?: SourceOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const line of makeLines(query, options)) yield encoder.encode(`${line}\n`)
}

/** The port that the scoreboard has chosen. */
export const port = Number(process.env['PORT'])

/** The query of a request's target. */
export function queryOf(target: string | undefined): URLSearchParams {
  return new URL(target ?? '/', 'http://localhost').searchParams
}

function readParameters(query: URLSearchParams) {
  const count = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise)
  const isBusy = query.get('busy') === '1'
  const [n, ms, size, delay] = [count('n', 4), count('ms', 0), count('size', 32), count('delay', 0)]
  return { n, ms, size, delay, isBusy, fail: count('fail', -1) }
}

function openNote(id: string | null): Note {
  const note = readNote(id)
  if (id !== null) notes.set(id, note)
  return note
}

function keepBusy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
