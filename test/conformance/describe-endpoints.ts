import { fileURLToPath } from 'node:url'
import { afterAll, describe, it } from 'vitest'
import { type ConformanceCase, describeServer } from 'millrace/conformance'
import type { ServeOptions } from 'millrace/server'
import { testCertificate } from '../support/connect-client.ts'
import { type OpenEndpoints, openEndpoints } from './open-endpoints.ts'

const certificate = (name: string) =>
  fileURLToPath(new URL(`../support/certificates/${name}`, import.meta.url))
const tls = { keyFile: certificate('one.key.pem'), certFile: certificate('one.cert.pem') }

const ways = [
  { name: 'HTTP/1.1', options: {}, protocol: 'HTTP/1.1' },
  { name: 'HTTP/1.1, TLS', options: { tls }, protocol: 'HTTP/1.1' },
  { name: 'h2c', options: { h2c: true }, protocol: 'HTTP/2' },
  { name: 'HTTP/2, TLS', options: { tls }, protocol: 'HTTP/2' },
] as const

/**
 * Runs the suite against the endpoints on millrace by each protocol: the whole of it for the one named, and for the others the
 * cases that go beside each other, which take no time.
 */
export function describeEndpoints(
  transmitter: NonNullable<ServeOptions['transmitter']>,
  wholly: (typeof ways)[number]['name'],
): void {
  let opened: Promise<OpenEndpoints> | undefined
  afterAll(async () => (await opened)?.close())
  for (const [index, { name, protocol }] of ways.entries()) {
    const filter = ({ place }: ConformanceCase) => name === wholly || place === undefined || place === 'timed'
    const open = async () => {
      opened ??= openEndpoints(ways.map(({ options }) => ({ ...options, transmitter })))
      return { url: (await opened).urls[index] ?? '' }
    }
    const about = { name: `millrace, ${transmitter}, ${name}`, protocol, filter, ca: testCertificate.cert }
    describeServer({ describe, it, afterAll }, { ...about, open })
  }
}
