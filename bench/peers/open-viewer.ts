/** Somebody who looks at a server with its inspector. */
export interface Viewer {
  /** Events that have come so far. */
  readonly events: number
  /** Looks away; throws when the stream of events had ended before. */
  leave(): Promise<void>
}

/** Looks on, from this process: what reading the events costs is not the server's. */
export async function openViewer(origin: string): Promise<Viewer> {
  const leaving = new AbortController()
  const response = await fetch(`${origin}/inspect/events`, { signal: leaving.signal })
  if (!response.ok || !response.body) throw new Error(`Cannot inspect ${origin}: status ${response.status}`)
  let events = 0
  const reading = count(response.body, (more) => {
    events += more
  }).then(
    () => 'ended' as const,
    () => (leaving.signal.aborted ? ('left' as const) : ('broken' as const)),
  )
  return {
    get events() {
      return events
    },
    async leave() {
      leaving.abort()
      const how = await reading
      if (how !== 'left') throw new Error(`Cannot look away from ${origin}: its events have ${how}`)
    },
  }
}

async function count(body: AsyncIterable<Uint8Array>, add: (events: number) => void): Promise<void> {
  let last = ''
  for await (const bytes of body) {
    const text = last + Buffer.from(bytes).toString('latin1')
    const parts = text.split('\n\n')
    last = parts.at(-1) ?? ''
    add(parts.length - 1)
  }
}
