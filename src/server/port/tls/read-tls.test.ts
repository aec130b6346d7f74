import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTls, toContextOptions } from './read-tls.ts'

const folder = new URL('../../../../test/support/certificates/', import.meta.url)
const keyFile = new URL('one.key.pem', folder)
const certFile = new URL('one.cert.pem', folder)
const [key, cert, other] = [keyFile, certFile, new URL('two.cert.pem', folder)].map((one) =>
  readFileSync(one, 'latin1'),
)

function encrypt(passphrase: string): string {
  const encrypted = createPrivateKey(key ?? '').export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase,
  })
  return String(encrypted)
}

describe('readTls', () => {
  it('reads files, and fills in what is not said', async () => {
    const read = { key, cert, ca: undefined, passphrase: undefined }
    const filled = { minVersion: 'TLSv1.2', handshakeTimeout: 10_000, http2: true }
    expect(await readTls({ keyFile, certFile: certFile.pathname })).toEqual({ ...read, ...filled })
  })

  it('makes text of bytes, so that a process can be sent it', async () => {
    const plan = await readTls({
      key: Buffer.from(key ?? ''),
      cert: Buffer.from(cert ?? ''),
      ca: Buffer.from(other ?? ''),
    })
    expect([plan.key, plan.cert, plan.ca]).toEqual([key, cert, [other]])
    expect((await readTls({ keyFile, certFile, ca: [cert ?? '', other ?? ''] })).ca).toEqual([cert, other])
  })

  it('opens a key with its passphrase', async () => {
    const plan = await readTls({ key: encrypt('word'), certFile, passphrase: 'word' })
    expect(plan.passphrase).toBe('word')
  })

  it('says what to do about a key that it cannot open', async () => {
    const why = 'Cannot use `tls.key`: it is encrypted, and `tls.passphrase`'
    await expect(readTls({ key: encrypt('word'), certFile })).rejects.toThrow(
      `${why} is missing; give the right one`,
    )
    await expect(readTls({ key: encrypt('word'), certFile, passphrase: 'no' })).rejects.toThrow(
      `${why} does not open it; give the right one`,
    )
  })

  it('says which file there is not', async () => {
    await expect(readTls({ keyFile: '/no/such.pem', certFile })).rejects.toMatchObject({
      message:
        'Cannot read `tls.keyFile` /no/such.pem: there is no such file; give the path of a file in PEM',
      cause: { code: 'ENOENT' },
    })
    await expect(readTls({ keyFile, certFile: folder })).rejects.toThrow(
      /^Cannot read `tls.certFile` .*: EISDIR/,
    )
  })

  it('says what is no PEM', async () => {
    await expect(readTls({ keyFile, cert: 'text' })).rejects.toThrow(
      'Cannot use `tls.cert`: it holds no certificate in PEM; give text that begins with -----BEGIN CERTIFICATE-----',
    )
    await expect(readTls({ keyFile, certFile, ca: [cert ?? '', 'text'] })).rejects.toThrow(
      'Cannot use `tls.ca`: it holds no certificate in PEM',
    )
    await expect(readTls({ key: 'text', certFile })).rejects.toThrow(
      'Cannot use `tls.key`: it holds no private key in PEM; give text like -----BEGIN PRIVATE KEY-----',
    )
    await expect(readTls({ keyFile: certFile, certFile: keyFile })).rejects.toThrow(
      `Cannot use \`tls.certFile\` ${keyFile.pathname}: it holds no certificate in PEM`,
    )
  })

  it('says which key does not fit', async () => {
    await expect(readTls({ keyFile, cert: other ?? '' })).rejects.toThrow(
      `Cannot use \`tls.keyFile\` ${keyFile.pathname}: it does not fit the certificate of \`tls.cert\` for CN=localhost; ` +
        'give the key that the certificate was made with, and put the certificate of the server first',
    )
  })

  it('says what OpenSSL says of the rest', async () => {
    const broken = '-----BEGIN CERTIFICATE-----\ntext\n-----END CERTIFICATE-----\n'
    await expect(readTls({ keyFile, cert: `${cert}${broken}` })).rejects.toThrow(
      /^Cannot use `tls`: OpenSSL refuses it: ./,
    )
  })
})

describe('toContextOptions', () => {
  it('leaves out what is not given', async () => {
    const plan = await readTls({ keyFile, certFile, minVersion: 'TLSv1.3' })
    expect(toContextOptions(plan)).toEqual({ key, cert, minVersion: 'TLSv1.3' })
    const more = { ca: [cert ?? ''], passphrase: 'word' }
    expect(toContextOptions({ ...plan, ...more })).toEqual({ key, cert, minVersion: 'TLSv1.3', ...more })
  })
})
