import { copyFile } from 'node:fs/promises'
import https from 'node:https'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { startPrimary } from '../workers/start-primary.ts'
import { temporaryFolder } from '../workers/temporary-folder.ts'

const certificates = join(import.meta.dirname, '../support/certificates')

/** Files of a certificate, which can be replaced. */
async function createFiles(folder: string) {
  const tls = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') }
  const put = async (name: 'one' | 'two') => {
    await copyFile(join(certificates, `${name}.key.pem`), tls.keyFile)
    await copyFile(join(certificates, `${name}.cert.pem`), tls.certFile)
  }
  await put('one')
  return { tls, put }
}

/** Which process has answered, and the number of its certificate. */
async function ask(port: number): Promise<{ pid: number; serial: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ pid: number; serial: string }>()
  const url = `https://127.0.0.1:${port}/pid`
  const request = https.get(url, { agent: false, rejectUnauthorized: false }, (response) => {
    const { socket } = response
    const serial = socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : ''
    response.on('data', (text) => resolve({ pid: Number(text), serial }))
  })
  request.on('error', reject)
  return promise
}

async function askAll(port: number, pids: readonly number[]): Promise<string[]> {
  const serials = new Map<number, string>()
  while (serials.size < pids.length) {
    // At a time: one after the other, the same worker may take them all.
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(port)))
    for (const { pid, serial } of answers) if (pids.includes(pid)) serials.set(pid, serial)
  }
  return pids.map((pid) => serials.get(pid) ?? '')
}

describe.each(['inline', 'thread'] as const)('serve({ tls, workers }), %s', (transmitter) => {
  it(
    'reloads the certificate in every worker, and in those that start later',
    { timeout: 90_000 },
    async () => {
      await using folder = await temporaryFolder()
      const { tls, put } = await createFiles(folder.path)
      await using primary = startPrimary({ options: { transmitter, workers: 2, tls } })
      const workers = await primary.serving(2)
      const [first = '', second] = await askAll(primary.port, workers)
      expect(second).toBe(first)
      await put('two')
      primary.order('reload')
      await primary.next('reload')
      const [third = '', fourth] = await askAll(primary.port, workers)
      expect([third === first, fourth]).toEqual([false, third])
      // A worker reads its own files, and is then told what the others have.
      await put('one')
      process.kill(workers[0] ?? 0, 'SIGKILL')
      const { pid } = await primary.next('serving')
      while ((await askAll(primary.port, [pid]))[0] !== third);
    },
  )

  it('leaves the workers what they have where the primary cannot use the other', async () => {
    await using folder = await temporaryFolder()
    const { tls } = await createFiles(folder.path)
    await using primary = startPrimary({ options: { transmitter, workers: 1, tls } })
    await primary.serving(1)
    const { serial } = await ask(primary.port)
    await copyFile(join(certificates, 'two.cert.pem'), tls.certFile)
    primary.order('reload')
    expect((await primary.next('reload failed')).message).toMatch(/: it does not fit the certificate of /)
    expect((await ask(primary.port)).serial).toBe(serial)
  })
})

describe('serve({ tls, workers })', () => {
  it('refuses a certificate before any worker starts', async () => {
    await using folder = await temporaryFolder()
    const { tls } = await createFiles(folder.path)
    await copyFile(join(certificates, 'two.cert.pem'), tls.certFile)
    await using primary = startPrimary({ options: { workers: 1, tls } })
    expect(await primary.next('refused')).toMatchObject({
      isWorker: false,
      message: expect.stringMatching(/^Cannot use `tls.keyFile` .*: it does not fit the certificate of /),
    })
    expect(await primary.ended()).toBe(1)
  })
})
