import { frameTypes } from './frame-watcher.ts'

/** What a server speaks that does not speak HTTP/2, by its first bytes; undefined where it may. RFC 9113 §3.4: SETTINGS. */
export function describeForeign(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1', 0, 60)
  if (text.startsWith('HTTP/'))
    return `the server speaks HTTP/1, not HTTP/2 (${JSON.stringify(text)}). Ask with HTTP/1.1`
  if (bytes[0] === 0x15 || bytes[0] === 0x16) return 'the server speaks TLS on this port. Ask with https:'
  const isSettings = bytes.length < 4 || bytes[3] === frameTypes.settings
  const isConnection = bytes.length < 9 || bytes.readUInt32BE(5) === 0
  // A frame of settings is short, text is not.
  if (bytes[0] === 0 && isSettings && isConnection) return undefined
  return `the server does not speak HTTP/2: it sent ${JSON.stringify(text)}`
}
