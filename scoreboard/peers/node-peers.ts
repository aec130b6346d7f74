import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ConformanceCase } from '../../src/conformance/conformance-case.ts'
import type { Choice, Peer, Place, Prepared } from './peer.ts'

const folder = join(import.meta.dirname, '..', 'servers', 'node')

// The scoreboard is no part of the package: its servers take millrace from the sources of this clone.
const ownManifest = join(import.meta.dirname, '..', '..', 'package.json')

const nodeDocs = 'https://nodejs.org/docs/latest/api'
const closing: Choice = {
  what: '`server.close()`, and `closeAllConnections()` when the grace is over',
  page: `${nodeDocs}/http.html#servercloseallconnections`,
}
const srvxClosing: Choice = {
  what: '`server.close()`, and `close(true)` when the grace is over',
  page: 'https://srvx.h3.dev/guide/server',
}
const drain: Choice = {
  what: 'writes, and waits for `drain` where `write()` says so',
  page: `${nodeDocs}/stream.html#event-drain`,
}
const asyncLocal: Choice = {
  what: '`AsyncLocalStorage` for the context',
  page: `${nodeDocs}/async_context.html#class-asynclocalstorage`,
}
const signal: Choice = { what: '`request.signal`', page: `${nodeDocs}/http.html#messagesignal` }

interface NodeServer {
  readonly packages: readonly string[]
  readonly choices: readonly Choice[]
  /** In servers/node, without its ending; the name by default. */
  readonly file?: string
  readonly flags?: readonly string[]
}

/** What runs on Node.js, besides millrace. */
export const nodePeers: readonly Peer[] = [
  nodePeer('node-http', 'node:http', {
    packages: [],
    choices: [
      drain,
      signal,
      {
        what: 'compresses with `createGzip()`, and a `flush()` for each block',
        page: `${nodeDocs}/zlib.html#flushing`,
      },
      asyncLocal,
      closing,
    ],
  }),
  nodePeer('fastify', 'Fastify', {
    packages: ['fastify', '@fastify/compress', '@fastify/sse'],
    choices: [
      { what: '`reply.send(stream)`', page: 'https://fastify.dev/docs/latest/Reference/Reply/#streams' },
      { what: '`request.signal`', page: 'https://fastify.dev/docs/latest/Reference/Request/' },
      { what: '@fastify/compress', page: 'https://github.com/fastify/fastify-compress#readme' },
      { what: '@fastify/sse', page: 'https://github.com/fastify/sse#readme' },
      asyncLocal,
      { what: '`app.close()`', page: 'https://fastify.dev/docs/latest/Reference/Server/#close' },
    ],
  }),
  nodePeer('hono', 'Hono', {
    packages: ['hono', '@hono/node-server'],
    choices: [
      {
        what: '`stream()` and `streamSSE()`, with `onAbort` and an error handler',
        page: 'https://hono.dev/docs/helpers/streaming',
      },
      { what: '`compress()`', page: 'https://hono.dev/docs/middleware/builtin/compress' },
      { what: '`contextStorage()`', page: 'https://hono.dev/docs/middleware/builtin/context-storage' },
      { what: '`server.close()`', page: 'https://hono.dev/docs/getting-started/nodejs' },
    ],
  }),
  nodePeer('express', 'Express', {
    packages: ['express', 'compression'],
    choices: [
      drain,
      {
        what: 'async handlers that reject, with the error handler of Express',
        page: 'https://expressjs.com/en/guide/error-handling.html',
      },
      {
        what: 'compression, with `res.flush()` for each block',
        page: 'https://github.com/expressjs/compression#server-sent-events',
      },
      asyncLocal,
      {
        what: '`server.close()`',
        page: 'https://expressjs.com/en/advanced/healthcheck-graceful-shutdown.html',
      },
    ],
  }),
  nodePeer('koa', 'Koa', {
    packages: ['koa', 'koa-compress'],
    choices: [
      { what: '`ctx.body = stream`', page: 'https://koajs.com/#response-body-' },
      {
        what: 'koa-compress, flushing as in its first example',
        page: 'https://github.com/koajs/compress#example',
      },
      { what: '`app.currentContext`', page: 'https://koajs.com/#app-currentcontext' },
      closing,
    ],
  }),
  nodePeer('srvx', 'srvx', {
    packages: ['srvx'],
    choices: [
      { what: 'a `Response` of a `ReadableStream`', page: 'https://srvx.h3.dev/guide/handler' },
      { what: '`request.signal`', page: 'https://srvx.h3.dev/guide/handler' },
      asyncLocal,
      srvxClosing,
    ],
  }),
  nodePeer('h3', 'h3', {
    packages: ['h3', 'srvx'],
    choices: [
      { what: '`iterable()` and `EventStream`', page: 'https://h3.dev/utils/response' },
      asyncLocal,
      srvxClosing,
    ],
  }),
  nodePeer('elysia', 'Elysia', {
    packages: ['elysia', '@elysiajs/node'],
    choices: [
      { what: 'generator functions, `sse()`', page: 'https://elysiajs.com/essential/handler.html#stream' },
      { what: 'the adapter for Node.js', page: 'https://elysiajs.com/integrations/node.html' },
      asyncLocal,
      srvxClosing,
    ],
  }),
  {
    ...nodePeer('better-sse', 'better-sse on Express', {
      packages: ['better-sse', 'express'],
      choices: [
        {
          what: '`createSession()`; `/blocks` are events, too, since it sends nothing else',
          page: 'https://matthewwid.github.io/better-sse/guides/getting-started/',
        },
        { what: '`session.iterate()`', page: 'https://matthewwid.github.io/better-sse/reference/api/' },
        closing,
      ],
    }),
    takes: isAboutEvents,
  },
]

// The head of an event stream goes out at once, as it should, and around its bytes stand those of events.
function isAboutEvents({ name }: ConformanceCase): boolean {
  return name !== 'g3-fails-first' && name !== 'g2-goes-on'
}

/** Millrace itself, by every way that it can send. */
export const millracePeers: readonly Peer[] = ['', 'thread'].flatMap((transmitter) =>
  ['HTTP/1.1', 'TLS, HTTP/2', 'h2c'].map((protocol) => millracePeer(transmitter, protocol)),
)

function millracePeer(transmitter: string, protocol: string): Peer {
  const flag = { 'HTTP/1.1': '', 'TLS, HTTP/2': 'tls', h2c: 'h2c' }[protocol] ?? ''
  const words = ['millrace', transmitter, flag].filter((word) => word !== '')
  const flags = [transmitter, flag].filter((word) => word !== '').map((word) => `--${word}`)
  const choices = [
    { what: '`stream()`, `sse()`, `compress()`, `close({ grace })`', page: 'server.md' },
    ...(transmitter === '' ? [] : [{ what: "`transmitter: 'thread'`", page: 'transmitter.md' }]),
  ]
  return {
    ...nodePeer(words.join('-'), `millrace${transmitter && ', thread'}: ${protocol}`, {
      packages: ['millrace'],
      choices,
      file: 'millrace',
      flags,
    }),
    group: 'millrace',
    protocol: flag === '' ? 'HTTP/1.1' : 'HTTP/2',
    isSecure: flag === 'tls',
  }
}

function nodePeer(name: string, title: string, server: NodeServer): Peer {
  const { packages, choices, file = name, flags = [] } = server
  const path = join(folder, `${file}.ts`)
  const prepare = ({ port }: Place): Prepared => ({
    program: { command: [process.execPath, '--conditions=millrace:source', path, ...flags], port },
    versions: { ...versionsOf(packages, path), 'Node.js': process.versions.node },
  })
  return { name, title, group: 'Node.js', file: `node/${file}.ts`, choices, prepare }
}

function versionsOf(packages: readonly string[], file: string): Record<string, string> {
  return Object.fromEntries(packages.map((name) => [name, versionOf(name, file)]))
}

function versionOf(name: string, file: string): string {
  try {
    const manifest = name === 'millrace' ? ownManifest : findPackageJSON(name, pathToFileURL(file))
    const { version }: { version: string } = JSON.parse(readFileSync(manifest ?? '', 'utf8'))
    return version
  } catch (cause) {
    throw new Error(`${name} is not installed: npm ci in scoreboard did not succeed`, { cause })
  }
}
