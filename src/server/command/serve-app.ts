import { accessLog } from '../../observe/access-log.ts'
import { type Server, serve } from '../serve.ts'
import type { ServeOptions } from '../serve-options.ts'
import type { LoadedFile } from '../workers/worker-message.ts'
import { workerNumber } from '../moments/worker-number.ts'
import { loadApp } from './app/load-app.ts'
import { explainServeError } from './explain-serve-error.ts'
import { formatStart } from './format-start.ts'
import { keepCertificate, toCertificateFiles } from './keep-certificate.ts'
import { createLogger } from './log/create-logger.ts'
import { say } from './log/say.ts'
import { mountInspector, type ServeParts } from './mount-inspector.ts'
import { type GivenOptions, type ServeWords, toGivenOptions } from './serve-arguments.ts'
import { lookAtApp } from './watch/look-at-app.ts'
import { loadWatched } from './watch/load-watched.ts'
import { tellParent } from './watch/tell-parent.ts'
import { watchApp } from './watch/watch-app.ts'

const DEFAULT_PORT = 3000
// Milliseconds that an application has to end when its server has closed.
const END_LIMIT = 3_000
// Set by the process that watches, when its workers have told where they are.
const isTold = process.env['MILLRACE_TOLD'] !== undefined
delete process.env['MILLRACE_TOLD']

/**
 * Serves the application of a file as the command line says; resolves when the server listens, or with `--watch` when it
 * has closed.
 * @throws Error with a `code` that says what is wrong with the command line, the file or the port.
 */
export async function serveApp(words: ServeWords, parts: ServeParts): Promise<void> {
  const given = toGivenOptions(words, process.env)
  if (words.watch && workerNumber === undefined) await watch(words, given)
  else await open(words, given, parts)
}

async function open(words: ServeWords, given: GivenOptions, parts: ServeParts): Promise<void> {
  const app = words.watch
    ? await loadWatched(words.app, (files) => tellParent({ millrace: 'loaded', files }))
    : await loadApp(words.app)
  const merged = { port: DEFAULT_PORT, ...app, ...(words.watch && { workers: 1 }), ...given }
  const options = await mountInspector({ ...merged, drain: { signals: true, ...app.drain } }, words, parts)
  if (words.log || words['log-json']) accessLog(createLogger(process.stdout, words['log-json'] ?? false))
  const certificate = toCertificateFiles(given.tls)
  const server = await start(words.app, options)
  if (workerNumber === undefined) attend(server, certificate)
  if (isToTell(words)) process.stdout.write(formatStart({ file: words.app, url: server.url, options, words }))
}

// A worker that is watched has the application at hand, and the process that watches has not.
function isToTell({ watch: isWatched }: ServeWords): boolean {
  return isWatched ? workerNumber === 1 && !isTold : workerNumber === undefined
}

async function start(file: string, options: ServeOptions): Promise<Server> {
  try {
    return await serve(options)
  } catch (error) {
    throw explainServeError(error, file)
  }
}

async function watch(words: ServeWords, given: GivenOptions): Promise<void> {
  const { port, hostname, workers, tls } = given
  const certificate = toCertificateFiles(tls)
  await watchApp({
    file: words.app,
    look: lookAtApp,
    serve: (facts) =>
      start(words.app, {
        // This process answers nothing: its workers do, which load the application.
        fetch: () => Response.error(),
        port: port ?? facts.port ?? DEFAULT_PORT,
        workers: workers ?? facts.workers ?? 1,
        drain: { signals: true },
        hostname: hostname ?? facts.hostname ?? '127.0.0.1',
        ...(tls && { tls }),
      }),
    opened: (server) => {
      process.env['MILLRACE_TOLD'] = '1'
      attend(server, certificate)
    },
  })
}

function attend(server: Server, certificate: readonly LoadedFile[]): void {
  keepCertificate(server, certificate)
  void server.closed.then(() => setTimeout(end, END_LIMIT).unref())
}

function end(): void {
  say('the application keeps the process alive, although its server has closed: ended')
  process.exit()
}
