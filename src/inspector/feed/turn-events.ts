import type { SseEvent } from '../../formats/sse/format-event.ts'
import type { InspectorEvents } from '../inspector-event.ts'
import type { Watch } from '../watch/watch.ts'
import { Viewer } from './viewer.ts'

/** Everything that is inspected, as events for one page: a `snapshot`, then what is new, until `signal` aborts. */
export async function* turnEvents(watch: Watch, signal: AbortSignal): AsyncGenerator<SseEvent, undefined> {
  const leave = watch.join()
  try {
    const viewer = new Viewer(watch)
    yield toEvent('snapshot', viewer.snapshot())
    while (!signal.aborted) {
      await watch.nextTurn(signal)
      const turn = viewer.turn()
      if (turn) yield toEvent('turn', turn)
    }
  } finally {
    leave()
  }
}

function toEvent<Name extends keyof InspectorEvents>(event: Name, data: InspectorEvents[Name]): SseEvent {
  return { event, data }
}
