import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { stopSignal } from './stop-signal.ts'

class FakeProcess extends EventEmitter {
  readonly exits: number[] = []

  exit(code: number): void {
    this.exits.push(code)
  }
}

it.each(['SIGINT', 'SIGTERM'])('stopSignal aborts on %s', (name) => {
  const source = new FakeProcess()
  const signal = stopSignal(source)
  expect(signal.aborted).toBe(false)
  source.emit(name)
  expect(signal.reason).toMatchObject({ code: 'STOPPED' })
  expect(source.exits).toEqual([])
})

it('stopSignal ends the process on a second signal, but not on an echo of the first', () => {
  const source = new FakeProcess()
  let time = 0
  stopSignal(source, { now: () => time })
  source.emit('SIGINT')
  time = 20
  source.emit('SIGINT')
  expect(source.exits).toEqual([])
  time = 1_000
  source.emit('SIGINT')
  expect(source.exits).toEqual([130])
})
