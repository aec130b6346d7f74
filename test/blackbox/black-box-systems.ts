import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }

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

// The Python of the distribution, even where another comes first.
const python = '/usr/bin/python3'
// One with other versions, where it is named.
const otherPython = process.env['BLACKBOX_PYTHON']
const millraceServer = fileURLToPath(new URL('millrace-server.ts', import.meta.url))
const uwsgiArguments = ['--wsgi-file', 'on_wsgi.py', '--master', '--processes', '4', '--threads', '2']

function print(program: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

function versionsOf(python: string, ...names: string[]): string | undefined {
  const script = 'import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))'
  const versions = print(python, '-c', script, ...names)?.split(' ')
  return versions && names.map((name, index) => `${name} ${versions[index]}`).join(', ')
}

/** millrace itself, in a process of its own. */
export const millrace: BlackBoxSystem = {
  name: 'millrace',
  advice: 'docs/server.md',
  command: () => [process.execPath, '--conditions=millrace:source', millraceServer],
  version: () => `millrace ${manifest.version}, Node ${process.versions.node}`,
  hasNotFound: true,
}

/** The same with a transmitter thread: whatever is asked of the one is asked of the other. */
export const millraceThread: BlackBoxSystem = {
  ...millrace,
  name: 'millrace, thread',
  command: (port) => [...millrace.command(port), 'thread'],
}

function isInstalled({ version }: BlackBoxSystem): boolean {
  return version() !== undefined
}

function systemsOf(python: string): readonly BlackBoxSystem[] {
  const gunicorn = (port: number, ...args: string[]) =>
    [python, '-m', 'gunicorn', '--bind', `127.0.0.1:${port}`, ...args] as const
  return [
    {
      name: 'CherryPy',
      advice: 'its own server, `environment: production`, `response.stream` on',
      command: (port) => [python, 'on_cherrypy.py', String(port)],
      version: () => versionsOf(python, 'CherryPy', 'cheroot'),
      hasNotFound: true,
    },
    {
      name: 'Flask',
      advice: 'gunicorn with four workers, `stream_with_context`',
      command: (port) => gunicorn(port, '-w', '4', 'on_flask:application'),
      version: () => versionsOf(python, 'Flask', 'gunicorn'),
      hasNotFound: true,
    },
    {
      name: 'Django',
      advice: 'gunicorn as it comes, `StreamingHttpResponse`',
      command: (port) => gunicorn(port, 'on_django'),
      version: () => versionsOf(python, 'Django', 'gunicorn'),
      hasNotFound: true,
    },
    {
      name: 'WSGI, gunicorn threads',
      advice: 'the worker for connections that are kept, `--worker-class gthread --threads 4`',
      command: (port) => gunicorn(port, '-k', 'gthread', '--threads', '4', 'on_wsgi'),
      version: () => versionsOf(python, 'gunicorn'),
      hasNotFound: false,
    },
  ]
}

/** millrace, and its ancestors as their own documentation says to run them. */
export const blackBoxSystems: readonly BlackBoxSystem[] = [
  millrace,
  ...systemsOf(python),
  ...(otherPython === undefined ? [] : systemsOf(otherPython).filter(isInstalled)),
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
