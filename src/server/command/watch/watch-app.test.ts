import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sumReports } from '../../drain/close-report.ts'
import type { Server } from '../../serve.ts'
import { loadedFiles } from '../../workers/loaded-files.ts'
import type { LoadedFile } from '../../workers/worker-message.ts'
import { WorkerError } from '../../workers/worker-error.ts'
import { toLoadedFile } from './to-loaded-file.ts'
import { watchApp } from './watch-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-watch-app-'))
afterAll(() => rmSync(folder, { recursive: true }))

const app = join(folder, 'app.ts')
const part = join(folder, 'part.ts')

function createServer(restart: () => Promise<void>): Server {
  const { promise: closed, resolve } = Promise.withResolvers<ReturnType<typeof sumReports>>()
  const close = async () => {
    resolve(sumReports([]))
    return closed
  }
  return { url: '', port: 1, close, closed, restart, [Symbol.asyncDispose]: async () => void (await close()) }
}

/** Things that happen, waited for one after the other. */
class Moments {
  #waiting: PromiseWithResolvers<void>[] = []
  #happened = 0

  happen(): void {
    this.#happened++
    for (const one of this.#waiting.splice(0)) one.resolve()
  }

  async until(count: number): Promise<void> {
    while (this.#happened < count) {
      const next = Promise.withResolvers<void>()
      this.#waiting.push(next)
      await next.promise
    }
  }
}

describe('watchApp', () => {
  it('restarts on each change of what was loaded, also after one that does not start, until it is closed', async () => {
    writeFileSync(app, '1')
    writeFileSync(part, '1')
    const restarts = new Moments()
    let count = 0
    const server = createServer(async () => {
      // The new version imports another file.
      loadedFiles.tell([toLoadedFile(app), toLoadedFile(part)])
      restarts.happen()
      if (++count === 1) throw new WorkerError('WORKER_ENDED', 'Cannot serve: worker 1 has ended')
    })
    const opened = new Moments()
    const watching = watchApp({
      file: 'app.ts',
      look: async (onFiles) => {
        onFiles([toLoadedFile(app)])
        return { port: 1 }
      },
      serve: async () => server,
      opened: () => opened.happen(),
    })
    await opened.until(1)
    writeFileSync(app, '22')
    await restarts.until(1)
    writeFileSync(app, '333')
    await restarts.until(2)
    writeFileSync(part, '22')
    await restarts.until(3)
    await server.close()
    await watching
  })

  it('looks again when a broken application changes, and serves what it says then', async () => {
    const looks = new Moments()
    const server = createServer(async () => {})
    const served: unknown[] = []
    let isBroken = true
    writeFileSync(app, 'broken')
    const watching = watchApp({
      file: 'app.ts',
      look: async (onFiles: (files: readonly LoadedFile[]) => void) => {
        onFiles([toLoadedFile(app)])
        looks.happen()
        return isBroken ? undefined : { port: 8080 }
      },
      serve: async (facts) => {
        served.push(facts)
        return server
      },
      opened: ({ close }) => void close(),
    })
    await looks.until(1)
    isBroken = false
    writeFileSync(app, 'whole again')
    await watching
    expect(served).toEqual([{ port: 8080 }])
  })

  it('fails where the port is taken, which no change of a file can help', async () => {
    const watching = watchApp({
      file: 'app.ts',
      look: async () => ({}),
      serve: () => Promise.reject(new Error('Cannot listen on x:1: the port is in use')),
      opened: () => {},
    })
    await expect(watching).rejects.toThrow('the port is in use')
  })
})
