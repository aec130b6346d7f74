import type { OpenServer, Way } from './each-delivery.ts'

const isPinned = Number.parseInt(process.versions.node) >= 26

/**
 * Opens servers that notice soon that a client has left. On older versions of Node it is the minimum rate that tells of it
 * over HTTP/2 and TLS, where data waits (decision 017).
 */
export function openNoticing(open: OpenServer, { protocol }: Way): OpenServer {
  if (isPinned || protocol !== 'HTTP/2, TLS') return open
  return (options) => open({ minRate: { bytes: 1000, within: 400 }, ...options })
}
