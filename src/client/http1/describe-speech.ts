/** What a server speaks that does not speak HTTP/1, by the first bytes that it has sent: a sentence with what to do. */
export function describeSpeech(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, 60)
  // A record of TLS: an alert or a handshake, then the version.
  if ((bytes[0] === 0x15 || bytes[0] === 0x16) && (bytes[1] ?? 3) === 3)
    return 'The server speaks TLS on this port: ask with https:'
  // SETTINGS is the first frame of a server, on stream 0.
  if (bytes[0] === 0 && bytes[1] === 0 && (bytes[3] ?? 4) === 4)
    return 'The server speaks HTTP/2 on this port: ask with the protocol HTTP/2'
  if (text.startsWith('SSH-')) return 'The server speaks SSH on this port, not HTTP: ask at another one'
  if (/^HTTP\/[02-9]/.test(text))
    return `The server answered with ${JSON.stringify(text)}, which is not HTTP/1`
  return `The server does not speak HTTP: it sent ${JSON.stringify(text)}`
}

const start = Buffer.from('HTTP/1.')

/** True when these bytes cannot be the beginning of a reply of HTTP/1. */
export function isForeign(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) !== 0
}
