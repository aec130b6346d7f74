import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }
import type { Journal } from './journal.ts'

/** A system that the black-box cases are put to. */
export interface BlackBoxSystem {
  name: string
  /** Where its own documentation says to run it like this. */
  advice: string
  command: (port: number) => readonly [program: string, ...args: string[]]
  /** Its versions; undefined where it is not installed. */
  version: () => string | undefined
  /** False for a bare interface, which has no error for what is not found. */
  hasNotFound: boolean
}

// The Python of the distribution, whose packages these are, even where another comes first; or one that is named.
const python = process.env['BLACKBOX_PYTHON'] ?? '/usr/bin/python3'
const folder = fileURLToPath(new URL('ancestors', import.meta.url))
const millraceServer = fileURLToPath(new URL('millrace-server.ts', import.meta.url))

const gunicorn = (port: number, ...args: string[]) =>
  [python, '-m', 'gunicorn', '--bind', `127.0.0.1:${port}`, ...args] as const

function print(program: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

function versionsOf(...modules: [name: string, title: string][]): string | undefined {
  const found = modules.map(([name, title]) => {
    const script = `from importlib.metadata import version; print(version('${name}'))`
    const version = print(python, '-c', script)
    return version === undefined ? undefined : `${title} ${version}`
  })
  return found.includes(undefined) ? undefined : found.join(', ')
}

const uwsgiArguments = ['--wsgi-file', 'on_wsgi.py', '--master', '--processes', '4', '--threads', '2']

/** millrace itself, in a process of its own. */
export const millrace: BlackBoxSystem = {
  name: 'millrace',
  advice: 'docs/server.md',
  command: () => [process.execPath, '--conditions=millrace:source', millraceServer],
  version: () => `${manifest.version}, Node ${process.versions.node}`,
  hasNotFound: true,
}

/** millrace, and its ancestors as their own documentation says to run them. */
export const blackBoxSystems: readonly BlackBoxSystem[] = [
  millrace,
  {
    name: 'CherryPy',
    advice: 'its own server, `environment: production`, `response.stream` on',
    command: (port) => [python, 'on_cherrypy.py', String(port)],
    version: () => versionsOf(['CherryPy', 'CherryPy'], ['cheroot', 'cheroot']),
    hasNotFound: true,
  },
  {
    name: 'Flask',
    advice: 'gunicorn with four workers, `stream_with_context`',
    command: (port) => gunicorn(port, '-w', '4', 'on_flask:application'),
    version: () => versionsOf(['Flask', 'Flask'], ['gunicorn', 'gunicorn']),
    hasNotFound: true,
  },
  {
    name: 'Django',
    advice: 'gunicorn as it comes, `StreamingHttpResponse`',
    command: (port) => gunicorn(port, 'on_django'),
    version: () => versionsOf(['Django', 'Django'], ['gunicorn', 'gunicorn']),
    hasNotFound: true,
  },
  {
    name: 'WSGI, gunicorn threads',
    advice: 'gunicorn with the worker for connections that are kept, `--worker-class gthread --threads 4`',
    command: (port) => gunicorn(port, '-k', 'gthread', '--threads', '4', 'on_wsgi'),
    version: () => versionsOf(['gunicorn', 'gunicorn']),
    hasNotFound: false,
  },
  {
    name: 'WSGI, uWSGI',
    advice: 'the HTTP router of its first steps, `--http --master --processes 4 --threads 2`',
    command: (port) => [
      'uwsgi',
      '--plugins',
      'http,python3',
      '--http',
      `127.0.0.1:${port}`,
      ...uwsgiArguments,
    ],
    version: () => {
      const version = print('uwsgi', '--version')
      return version === undefined ? undefined : `uWSGI ${version.replace(/-debian$/, '')}`
    },
    hasNotFound: false,
  },
]

/** Starts a system and waits until it listens; ends it with everything it has started when disposed of. */
export async function startSystem(
  system: BlackBoxSystem,
  journal: Journal,
): Promise<{ port: number; [Symbol.asyncDispose]: () => Promise<void> }> {
  const port = await findPort()
  const [program, ...args] = system.command(port)
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      BLACKBOX_JOURNAL: journal.folder,
      PORT: String(port),
      PYTHONDONTWRITEBYTECODE: '1',
      DJANGO_SETTINGS_MODULE: '',
    },
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)))
  for (let tries = 0; !(await isListening(port)); tries++) {
    if (child.exitCode !== null || tries > 500) {
      throw new Error(`Cannot compare ${system.name}: it does not listen\n${errors}`)
    }
    await pause(20)
  }
  return { port, [Symbol.asyncDispose]: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const closed = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await closed
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('Cannot find a free port')
  return address.port
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false // not yet
  } finally {
    socket.destroy()
  }
}
