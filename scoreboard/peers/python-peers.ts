import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Choice, Peer, Place, Prepared } from './peer.ts'

const servers = join(import.meta.dirname, '..', 'servers', 'python')

/** Where set-up.ts has pip put what requirements.txt names. */
export const pythonModules = join(import.meta.dirname, '..', 'python_modules')

const flaskDocs = 'https://flask.palletsprojects.com/en/stable'
const djangoDocs = 'https://docs.djangoproject.com/en/5.2'
const gunicorn: Choice = {
  what: 'one gunicorn worker of 40 threads, so that replies can go on beside each other: `--worker-class gthread`',
  page: 'https://gunicorn.org/design',
}
const term: Choice = { what: 'SIGTERM, with `--graceful-timeout 2`', page: 'https://gunicorn.org/signals' }
const flask: Choice = {
  what: '`stream_with_context()`',
  page: `${flaskDocs}/patterns/streaming/`,
}
const django: Choice = {
  what: '`StreamingHttpResponse`',
  page: `${djangoDocs}/ref/request-response/#streaminghttpresponse-objects`,
}

/** What runs on Python: from pip where it can be had, from the distribution otherwise. */
export const pythonPeers: readonly Peer[] = [
  pythonPeer('flask-gunicorn', 'Flask on gunicorn', {
    modules: ['flask', 'gunicorn'],
    file: 'flask_app.py',
    choices: [flask, gunicorn, term],
    args: gunicornArgs('flask_app'),
  }),
  pythonPeer('flask-uwsgi', 'Flask on uWSGI', {
    modules: ['flask'],
    file: 'flask_uwsgi_app.py',
    choices: [
      flask,
      {
        what: 'its HTTP router, `--http`; with `--http-keepalive` and `--http-auto-chunked` it keeps less',
        page: `${flaskDocs}/deploying/uwsgi/`,
      },
      { what: '`--http-auto-gzip`', page: 'https://uwsgi-docs.readthedocs.io/en/latest/HTTP.html' },
      {
        what: '`q` stops it gracefully, with `--worker-reload-mercy 2`',
        page: 'https://uwsgi-docs.readthedocs.io/en/latest/MasterFIFO.html',
      },
    ],
    args: () => [],
    replace: prepareUwsgi,
  }),
  pythonPeer('django', 'Django on gunicorn', {
    modules: ['django', 'gunicorn'],
    file: 'django_app.py',
    choices: [django, gunicorn, term],
    args: gunicornArgs('django_app'),
  }),
  pythonPeer('django-gzip', 'Django with GZipMiddleware', {
    modules: ['django', 'gunicorn'],
    file: 'django_app.py',
    choices: [
      django,
      {
        what: '`GZipMiddleware` in front of all others',
        page: `${djangoDocs}/ref/middleware/#module-django.middleware.gzip`,
      },
      gunicorn,
      term,
    ],
    args: gunicornArgs('django_app'),
    env: { COMPRESS: '1' },
  }),
  pythonPeer('cherrypy', 'CherryPy', {
    modules: ['cherrypy', 'cheroot'],
    file: 'cherrypy_app.py',
    choices: [
      {
        what: '`response.stream`',
        page: 'https://docs.cherrypy.dev/en/latest/advanced.html#streaming-the-response-body',
      },
      { what: '`tools.gzip`', page: 'https://docs.cherrypy.dev/en/latest/basics.html' },
      {
        what: '`cherrypy.engine.exit()`, with `server.shutdown_timeout` 2',
        page: 'https://docs.cherrypy.dev/en/latest/deploy.html',
      },
    ],
    args: () => [join(servers, 'cherrypy_app.py')],
  }),
  pythonPeer('starlette', 'Starlette on uvicorn', {
    modules: ['starlette', 'uvicorn'],
    file: 'starlette_app.py',
    choices: [
      { what: '`StreamingResponse` of an async generator', page: 'https://starlette.dev/responses/' },
      { what: '`GZipMiddleware`', page: 'https://starlette.dev/middleware/' },
      { what: 'SIGTERM, with `--timeout-graceful-shutdown 2`', page: 'https://uvicorn.dev/settings/' },
    ],
    args: ({ port }) => {
      const address = ['--host', '127.0.0.1', '--port', `${port}`]
      return ['-m', 'uvicorn', 'starlette_app:app', ...address, '--timeout-graceful-shutdown', '2']
    },
  }),
]

interface PythonServer {
  readonly modules: readonly string[]
  readonly file: string
  readonly choices: readonly Choice[]
  readonly args: (place: Place) => readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly replace?: (place: Place, python: Python) => Prepared
}

interface Python {
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, string>>
}

function pythonPeer(name: string, title: string, server: PythonServer): Peer {
  const prepare = (place: Place): Prepared => {
    const python = findPython(server.modules)
    if (server.replace) return server.replace(place, python)
    const command: [string, ...string[]] = [python.file, ...server.args(place)]
    const env = { ...python.env, ...server.env }
    return { program: { command, port: place.port, env, cwd: servers }, versions: python.versions }
  }
  return { name, title, group: 'Python', file: `python/${server.file}`, choices: server.choices, prepare }
}

function gunicornArgs(module: string) {
  return ({ port }: Place) => {
    const worker = ['--worker-class', 'gthread', '--threads', '40', '--graceful-timeout', '2']
    return ['-m', 'gunicorn', `${module}:app`, '--bind', `127.0.0.1:${port}`, ...worker]
  }
}

function prepareUwsgi({ port, folder }: Place, python: Python): Prepared {
  const version = read('uwsgi', ['--version'], {})
  if (version === undefined)
    throw new Error('uwsgi is missing: apt-get install uwsgi-core uwsgi-plugin-python3')
  const path = python.env['PYTHONPATH']
  const modules = path === undefined ? [] : ['--pythonpath', path]
  const http = ['--http-auto-gzip']
  const master = ['--master', '--master-fifo', join(folder, 'uwsgi-fifo'), '--worker-reload-mercy', '2']
  const threads = ['--processes', '1', '--threads', '40']
  const address = ['--plugins', 'http,python3', '--http', `127.0.0.1:${port}`]
  const app = ['--module', 'flask_uwsgi_app:app']
  const command: [string, ...string[]] = [
    'uwsgi',
    ...address,
    ...http,
    ...master,
    ...threads,
    ...modules,
    ...app,
  ]
  return {
    program: { command, port, env: { PYTHONDONTWRITEBYTECODE: '1' }, cwd: servers },
    versions: { ...python.versions, uWSGI: version },
  }
}

// The system's own comes first, since uWSGI's plugin is made for that, and Debian's packages are there for it.
function findPython(modules: readonly string[]): Python {
  const env = { PYTHONDONTWRITEBYTECODE: '1' }
  const environments = existsSync(pythonModules) ? [{ ...env, PYTHONPATH: pythonModules }, env] : [env]
  for (const file of ['/usr/bin/python3', 'python3']) {
    for (const one of environments) {
      const lines = read(file, ['-W', 'ignore', '-c', askVersions(modules)], one)?.split('\n')
      if (lines) return { file, env: one, versions: toVersions(modules, lines) }
    }
  }
  throw new Error(
    `No python3 has ${modules.join(' and ')}: apt-get install ${modules.map(toDebian).join(' ')}`,
  )
}

function askVersions(modules: readonly string[]): string {
  const imports = modules.map((name) => `import ${name}; print(importlib.metadata.version('${name}'))`)
  return ['import importlib.metadata, platform', ...imports, 'print(platform.python_version())'].join('\n')
}

function toVersions(modules: readonly string[], lines: readonly string[]): Record<string, string> {
  const titles: Record<string, string> = {
    flask: 'Flask',
    django: 'Django',
    cherrypy: 'CherryPy',
    starlette: 'Starlette',
  }
  const names = [...modules.map((name) => titles[name] ?? name), 'Python']
  return Object.fromEntries(names.map((name, index) => [name, lines[index] ?? '']))
}

function toDebian(module: string): string {
  const packages: Record<string, string> = {
    gunicorn: 'gunicorn',
    uvicorn: 'uvicorn',
    cherrypy: 'python3-cherrypy3',
  }
  return packages[module] ?? `python3-${module}`
}

function read(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): string | undefined {
  try {
    const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const
    return execFileSync(file, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined // Not there, or without the modules.
  }
}
