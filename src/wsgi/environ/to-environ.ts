import type { Context } from '../../context/context.ts'
import type { Environ } from '../application.ts'

/** What an environ is made of, besides the request. */
export type Services = Pick<
  Environ,
  | 'wsgi.input'
  | 'wsgi.errors'
  | 'wsgi.file_wrapper'
  | 'wsgi.multiprocess'
  | 'x-wsgiorg.flush'
  | 'x-wsgiorg.suspend'
>

/** The environ of one request; `script` is the path at which the application stands, without a slash at its end. */
export function toEnviron(context: Context, services: Services, script: string): Environ {
  const { transport, url } = context
  const isBelow = script !== '' && (context.path === script || context.path.startsWith(`${script}/`))
  const environ: Environ = {
    REQUEST_METHOD: context.method,
    SCRIPT_NAME: isBelow ? decodePath(script) : '',
    PATH_INFO: decodePath(isBelow ? context.path.slice(script.length) : context.path),
    QUERY_STRING: url.search.slice(1),
    REQUEST_URI: context.path + url.search,
    SERVER_NAME: url.hostname,
    SERVER_PORT: url.port || (transport.secure ? '443' : '80'),
    SERVER_PROTOCOL: transport.protocol,
    SERVER_SOFTWARE: 'millrace',
    GATEWAY_INTERFACE: 'CGI/1.1',
    'wsgi.version': [1, 0],
    'wsgi.url_scheme': transport.secure ? 'https' : 'http',
    // One thread runs the application; while one call of it waits, another may run.
    'wsgi.multithread': false,
    'wsgi.run_once': false,
    'wsgi.asynchronous': transport.asynchronous,
    'wsgi.input_terminated': true,
    'millrace.context': context,
    ...services,
  }
  if (transport.remoteAddress !== undefined) environ.REMOTE_ADDR = transport.remoteAddress
  if (transport.remotePort !== undefined) environ['REMOTE_PORT'] = String(transport.remotePort)
  addFields(environ, context.headers)
  if (!isOf(environ['HTTP_HOST'], url)) environ['HTTP_HOST'] = url.host
  return environ
}

// The client has asked for another host than its Host says, in a whole URL (RFC 9112 §3.2.2) or through a trusted proxy:
// an application makes its links of this field.
function isOf(host: unknown, { protocol, host: asked }: URL): boolean {
  if (typeof host !== 'string' || host === asked) return true
  return URL.parse(`${protocol}//${host}`)?.host === asked
}

/** Bytes for percent escapes, each as the latin1 character of its value; what is no escape stays. */
export function decodePath(path: string): string {
  return path.replace(/%[\da-f]{2}/gi, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)))
}

// A name with an underscore could pass for another with a hyphen, and HTTP_PROXY for a setting of the process.
function addFields(environ: Environ, headers: Headers): void {
  headers.forEach((value, name) => {
    if (name === 'content-type') environ.CONTENT_TYPE = value
    else if (name === 'content-length') environ.CONTENT_LENGTH = value
    else if (!name.includes('_') && name !== 'proxy')
      environ[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value
  })
}
