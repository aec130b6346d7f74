import { expect, it } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { startPump } from '../../test/support/start-pump.ts'
import { ClientGone } from './errors.ts'

it('Pump awaits the first block, then the next, then nothing but the close', async () => {
  const gate = new Gate()
  const closing = Promise.withResolvers<IteratorResult<string>>()
  gate.return = () => closing.promise
  const { pump, closed } = startPump(gate)
  expect(pump.awaits).toBe('first-block')
  gate.open('')
  await gate.whenAsked(2)
  expect(pump.awaits).toBe('first-block')
  gate.open('a')
  await gate.whenAsked(3)
  expect(pump.awaits).toBe('block')
  pump.abort(new ClientGone())
  expect(pump.awaits).toBe('close')
  closing.resolve({ done: true, value: undefined })
  await closed
  expect(pump.awaits).toBe('close')
})

it('Pump awaits the client while it does not read, and at the end until all has left', async () => {
  const gate = new Gate()
  const { pump, sink, closed } = startPump(gate, { holds: true })
  gate.open('a')
  await sink.when('whenFree')
  expect(pump.awaits).toBe('client')
  sink.free()
  await gate.whenAsked(2)
  expect(pump.awaits).toBe('block')
  const end = sink.end.bind(sink)
  const left = Promise.withResolvers<() => void>()
  sink.end = (last, trailers, ended) => end(last, trailers, () => left.resolve(ended))
  gate.end()
  const ended = await left.promise
  expect(pump.awaits).toBe('client')
  ended()
  await closed
  expect(pump.awaits).toBe('close')
})
