import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peers, pickPeers } from './peers.ts'

test('peers have a name of their own, a file of endpoints, and pages that say how they are run', () => {
  expect(new Set(peers.map(({ name }) => name)).size).toBe(peers.length)
  const isDescribed = ({ name, file, choices }: (typeof peers)[number]) =>
    existsSync(join(import.meta.dirname, '..', 'servers', file)) &&
    choices.length > 0 &&
    choices.every(({ page }) => page.startsWith('https://') || name.includes('millrace'))
  expect(peers.filter((peer) => !isDescribed(peer)).map(({ name }) => name)).toEqual([])
})

test('peers that speak plain HTTP/1.1 stand behind nginx, too', () => {
  const direct = peers.filter(({ group }) => group !== 'behind nginx')
  const proxied = peers.filter(({ group }) => group === 'behind nginx').map(({ name }) => name)
  const plain = direct.filter(({ protocol = 'HTTP/1.1' }) => protocol === 'HTTP/1.1')
  expect(proxied).toEqual(plain.map(({ name }) => `nginx-${name}`))
  expect(proxied).not.toContain('nginx-millrace-h2c')
})

test('pickPeers takes names and the first words of names, in the order of the board', () => {
  const names = pickPeers('flask,fastify').map(({ name }) => name)
  expect(names).toEqual(['fastify', 'flask-gunicorn', 'flask-uwsgi'])
  expect(pickPeers(undefined)).toBe(peers)
})

test('pickPeers refuses a name that no peer has', () => {
  expect(() => pickPeers('fastify,rails')).toThrow(/Cannot ask rails: it is none of millrace, /)
})
