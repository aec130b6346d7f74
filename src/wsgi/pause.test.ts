import { expect, it } from 'vitest'
import { Pause } from './pause.ts'

it('Pause begins with the empty block after suspend(), and ends with resume()', async () => {
  const pause = new Pause()
  pause.note(false)
  const suspension = pause.suspend()
  expect(pause.over).toBeUndefined()
  pause.note(true)
  const { over } = pause
  expect(over).toBeInstanceOf(Promise)
  suspension.resume()
  await over
  expect(pause.over).toBeUndefined()
  pause.note(false)
  expect(pause.suspend().status).toBe('suspended')
})

it('Pause resumed before its empty block does not pause', () => {
  const pause = new Pause()
  pause.suspend().resume()
  pause.note(true)
  expect(pause.over).toBeUndefined()
})

it('Pause lets whoever waits go on when the response closes', async () => {
  const pause = new Pause()
  pause.suspend(1_000_000)
  pause.note(true)
  const { over } = pause
  pause.close()
  await over
})
