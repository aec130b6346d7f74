import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Stoppable, StopSignals } from './stop-signals.ts'

function setUp() {
  const told: string[] = []
  const clock = { now: 0 }
  const source = new EventEmitter()
  const signals = new StopSignals(
    {
      on: (name, listener) => source.on(name, listener),
      off: (name, listener) => source.off(name, listener),
      exit: (code) => void told.push(`exit ${code}`),
    },
    () => clock.now,
  )
  const stoppable = (
    name: string,
    abort: Stoppable['abort'] = () => void told.push(`abort ${name}`),
  ): Stoppable => ({
    stop: () => void told.push(`stop ${name}`),
    abort,
  })
  const send = (name: 'SIGTERM' | 'SIGINT') => source.emit(name, name)
  const count = () => source.listenerCount('SIGTERM') + source.listenerCount('SIGINT')
  return { told, clock, signals, stoppable, send, count }
}

describe('StopSignals', () => {
  it('listens only while there is somebody to be told', () => {
    const { signals, stoppable, count } = setUp()
    const [one, two] = [stoppable('one'), stoppable('two')]
    expect(count()).toBe(0)
    signals.add(one)
    signals.add(two)
    expect(count()).toBe(2)
    signals.delete(one)
    signals.delete(one)
    expect(count()).toBe(2)
    signals.delete(two)
    expect(count()).toBe(0)
  })

  it('tells all of the first, and ends the process at the second, when everything is cut', () => {
    const { told, signals, stoppable, send } = setUp()
    signals.add(stoppable('one'))
    signals.add(stoppable('two'))
    send('SIGTERM')
    expect(told).toEqual(['stop one', 'stop two'])
    send('SIGINT')
    expect(told.slice(2)).toEqual(['abort one', 'abort two', 'exit 130'])
  })

  it('waits for those that take time to cut, and ends although they fail', async () => {
    const { told, signals, stoppable, send } = setUp()
    const aborted = Promise.withResolvers<void>()
    signals.add(stoppable('one', () => aborted.promise))
    send('SIGINT')
    send('SIGTERM')
    expect(told).toEqual(['stop one'])
    aborted.reject(new Error('no paper'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual(['stop one', 'exit 143'])
  })

  it('takes the same signal within 300 ms for the same, as npm and a terminal both send it', () => {
    const { told, clock, signals, stoppable, send } = setUp()
    signals.add(stoppable('one'))
    send('SIGINT')
    clock.now = 299
    send('SIGINT')
    expect(told).toEqual(['stop one'])
    clock.now = 300
    send('SIGINT')
    expect(told.at(-1)).toBe('exit 130')
  })

  it('begins anew when nobody is left', () => {
    const { told, signals, stoppable, send } = setUp()
    const one = stoppable('one')
    signals.add(one)
    send('SIGTERM')
    signals.delete(one)
    signals.add(stoppable('two'))
    send('SIGINT')
    expect(told).toEqual(['stop one', 'stop two'])
  })
})
