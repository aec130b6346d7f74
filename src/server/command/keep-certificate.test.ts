import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sumReports } from '../drain/close-report.ts'
import type { Server } from '../serve.ts'
import { keepCertificate, toCertificateFiles } from './keep-certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-certificate-'))
afterAll(() => rmSync(folder, { recursive: true }))

class Reloading implements Server {
  readonly url = ''
  readonly port = 0
  readonly #closed = Promise.withResolvers<ReturnType<typeof sumReports>>()
  readonly closed = this.#closed.promise
  reloads = 0
  #reloaded = Promise.withResolvers<void>()

  async close() {
    this.#closed.resolve(sumReports([]))
    return this.closed
  }

  async reloadTls() {
    this.reloads++
    this.#reloaded.resolve()
    this.#reloaded = Promise.withResolvers()
    if (this.reloads === 1) throw new Error('Cannot use it')
  }

  /** Resolves at the next time that it is reloaded. */
  get reloaded(): Promise<void> {
    return this.#reloaded.promise
  }

  async [Symbol.asyncDispose]() {
    await this.close()
  }
}

describe('keepCertificate', () => {
  it('reloads when a file has changed, also after one that could not be used, and on SIGHUP, until it closes', async () => {
    const [keyFile, certFile] = [join(folder, 'key'), join(folder, 'cert')]
    writeFileSync(keyFile, '1')
    writeFileSync(certFile, '1')
    const server = new Reloading()
    const before = process.listenerCount('SIGHUP')
    keepCertificate(server, toCertificateFiles({ keyFile, certFile }))
    for (const [file, text] of [
      [keyFile, '22'],
      [certFile, '333'],
    ] as const) {
      const { reloaded } = server
      writeFileSync(file, text)
      await reloaded
    }
    expect(server.reloads).toBe(2)
    const { reloaded } = server
    process.emit('SIGHUP', 'SIGHUP')
    await reloaded
    await server.close()
    expect(process.listenerCount('SIGHUP')).toBe(before)
  })

  it('does nothing without files', () => {
    const before = process.listenerCount('SIGHUP')
    keepCertificate(new Reloading(), toCertificateFiles())
    expect(process.listenerCount('SIGHUP')).toBe(before)
  })
})
