import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Place } from './place.ts'
import { WorkerError } from './worker-error.ts'

const script = join(import.meta.dirname, '../../../test/workers/fixtures/worker.ts')

afterEach(() => void vi.unstubAllEnvs())

function createPlace(manner: string, report: (error: unknown) => void = () => {}): Place {
  vi.stubEnv('MANNER', manner)
  return new Place({ number: 1, script, fd: 2, report })
}

describe('Place', () => {
  it('does not open where its worker fails, and reports nothing', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const place = createPlace('fails', report)
    await expect(place.open()).rejects.toThrow('has ended with exit code 3 before it listened')
    await place.stop()
    expect(report).not.toHaveBeenCalled()
  })

  it('replaces its worker, and gives when the old one has drained', async () => {
    const place = createPlace('paper')
    await place.open()
    const drains: Promise<unknown>[] = []
    await place.replace({ grace: 60_000 }, (drained) => drains.push(drained))
    expect(drains).toHaveLength(1)
    await drains[0]
    await place.close(0)
    const refused = place.replace({ grace: 0 }, () => {})
    await expect(refused).rejects.toBeInstanceOf(WorkerError)
    await expect(refused).rejects.toMatchObject({
      code: 'SERVER_CLOSING',
      message: 'Cannot start a worker: the server is closing',
    })
  })

  it('ends a new worker that does not listen, and keeps the old one, when it is given up', async () => {
    const place = createPlace('paper')
    await place.open()
    vi.stubEnv('MANNER', 'hangs')
    const given = new AbortController()
    const replaced = place.replace({ grace: 0, signal: given.signal }, () => {})
    given.abort(new Error('another version'))
    await expect(replaced).rejects.toThrow('another version')
    await expect(place.replace({ grace: 0, signal: given.signal }, () => {})).rejects.toThrow(
      'another version',
    )
    vi.stubEnv('MANNER', 'paper')
    const drains: Promise<unknown>[] = []
    await place.replace({ grace: 0 }, (drained) => drains.push(drained))
    expect(drains).toHaveLength(1)
    await place.close(0)
  })
})
