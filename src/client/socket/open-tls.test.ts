import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testCertificate } from '../../../test/support/connect-client.ts'
import { openByteServer } from '../../../test/support/open-byte-server.ts'
import { openSocket } from './open-socket.ts'
import { openTls, type TlsOptions } from './open-tls.ts'

const certificates = new URL('../../../test/support/certificates/', import.meta.url)
const expired = {
  key: readFileSync(new URL('expired.key.pem', certificates)),
  cert: readFileSync(new URL('expired.cert.pem', certificates)),
}
const signal = new AbortController().signal

async function open(url: URL, options: Omit<TlsOptions, 'signal'>) {
  const opened = await openTls(await openSocket(url, signal), url, { ...options, signal })
  onTestFinished(() => void opened.socket.destroy())
  return opened
}

describe('openTls', () => {
  it('lets the server choose, and tells when TLS was agreed on', async () => {
    const { url } = await openByteServer({ tls: true, alpn: ['h2', 'http/1.1'] })
    const any = await open(url, { ca: testCertificate.cert })
    expect(any.chosen).toBe('HTTP/2')
    expect(any.times.secured).toBeGreaterThan(any.times.connected)
    const one = await open(url, { ca: testCertificate.cert.toString(), protocol: 'HTTP/1.1' })
    expect(one.chosen).toBe('HTTP/1.1')
  })

  it('asks for the name of the host, and for none at an address', async () => {
    const { url, server, next } = await openByteServer({ tls: true })
    const names: unknown[] = []
    server.on('secureConnection', ({ servername }: { servername: unknown }) => names.push(servername))
    await open(url, { insecure: true })
    await next()
    url.hostname = 'localhost'
    await open(url, { insecure: true })
    await next()
    expect(names).toEqual([false, 'localhost'])
  })

  it('takes any certificate where it is told to', async () => {
    const { url } = await openByteServer({ tls: true, certificate: expired })
    expect((await open(url, { insecure: true })).chosen).toBe('HTTP/1.1')
  })

  it('refuses a certificate that is self-signed, expired, or for another host', async () => {
    const { url } = await openByteServer({ tls: true })
    const selfSigned = expect.stringContaining("the server's certificate is self-signed")
    await expect(open(url, {})).rejects.toMatchObject({ fault: 'tls', message: selfSigned })
    url.hostname = '127.0.0.2'
    const { server } = await openByteServer({ tls: true, host: '127.0.0.2' })
    const address = server.address()
    url.port = String(typeof address === 'object' && address?.port)
    const wrongHost = expect.stringContaining('is not for 127.0.0.2, but for 127.0.0.1')
    await expect(open(url, { ca: testCertificate.cert })).rejects.toMatchObject({
      fault: 'tls',
      message: wrongHost,
    })
    const old = await openByteServer({ tls: true, certificate: expired })
    const message = expect.stringContaining('has expired')
    await expect(open(old.url, { ca: expired.cert })).rejects.toMatchObject({ fault: 'tls', message })
  })

  it('refuses a server that speaks no TLS, that leaves, and that resets', async () => {
    const says = { plain: 'does not speak TLS', end: 'ended the connection', reset: 'ended the connection' }
    for (const [how, text] of Object.entries(says)) {
      const { url, next } = await openByteServer()
      const opening = open(url, {}).catch((error: unknown) => error)
      const server = await next()
      await server.until('\x16')
      if (how === 'plain') server.send('HTTP/1.1 400 Bad Request\r\n\r\n')
      else if (how === 'end') server.socket.end()
      else server.reset()
      expect(await opening).toMatchObject({ fault: 'tls', message: expect.stringContaining(text) })
    }
  })

  it('refuses a server that does not speak the protocol that was asked for', async () => {
    const { url } = await openByteServer({ tls: true, alpn: ['http/1.1'] })
    const refused = open(url, { insecure: true, protocol: 'HTTP/2' })
    await expect(refused).rejects.toMatchObject({ fault: 'protocol' })
    const { url: silent } = await openByteServer({ tls: true, alpn: [] })
    const passedOver = open(silent, { insecure: true, protocol: 'HTTP/2' })
    await expect(passedOver).rejects.toMatchObject({
      fault: 'protocol',
      message: expect.stringContaining('HTTP/2'),
    })
  })

  it('refuses what is no certificate to trust', async () => {
    const { url } = await openByteServer({ tls: true })
    const message = expect.stringContaining('holds no certificate in PEM')
    await expect(open(url, { ca: 'no' })).rejects.toMatchObject({ fault: 'tls', message })
  })
})
