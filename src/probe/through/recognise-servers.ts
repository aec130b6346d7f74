// Proxies tell their names in a few fields of the reply, or not at all: HAProxy adds none, and AWS a cookie at most.

/** The servers whose settings are known here. */
export type ServerKind =
  | 'nginx'
  | 'apache'
  | 'haproxy'
  | 'varnish'
  | 'fastly'
  | 'cloudflare'
  | 'aws-alb'
  | 'nextjs'

/** A server that a reply came from or through. */
export interface RecognisedServer {
  readonly kind: ServerKind
  readonly name: string
  /** The field that tells it, such as `server: nginx/1.22.1`. */
  readonly field: string
}

type Field = readonly [name: string, value: string]

interface Mark {
  readonly kind: ServerKind
  readonly field: RegExp
  readonly value: RegExp
}

export const serverNames: Readonly<Record<ServerKind, string>> = {
  nginx: 'nginx',
  apache: 'Apache httpd',
  haproxy: 'HAProxy',
  varnish: 'Varnish',
  fastly: 'Fastly',
  cloudflare: 'Cloudflare',
  'aws-alb': 'AWS Application Load Balancer',
  nextjs: 'Next.js',
}

const anything = /./

const marks: readonly Mark[] = [
  { kind: 'cloudflare', field: /^server$/, value: /^cloudflare$/i },
  { kind: 'cloudflare', field: /^cf-(?:ray|cache-status)$/, value: anything },
  { kind: 'aws-alb', field: /^server$/, value: /^awselb\b/i },
  { kind: 'aws-alb', field: /^set-cookie$/, value: /^AWSALB(?:APP|CORS|TG|TGCORS)?(?:-\d+)?=/ },
  { kind: 'nginx', field: /^server$/, value: /^(?:nginx|openresty|tengine|angie)\b/i },
  { kind: 'nginx', field: /^(?:via|x-cache)$/, value: /\bnginx\b/i },
  { kind: 'apache', field: /^server$/, value: /^apache(?:$|[/ (])/i },
  { kind: 'apache', field: /^via$/, value: /\(apache\b/i },
  { kind: 'haproxy', field: /^(?:server|via)$/, value: /\bhaproxy\b/i },
  { kind: 'fastly', field: /^x-served-by$/, value: /^cache-[a-z]/i },
  { kind: 'fastly', field: /^(?:fastly-|x-fastly-)/, value: anything },
  { kind: 'varnish', field: /^x-varnish$/, value: anything },
  { kind: 'varnish', field: /^(?:via|server)$/, value: /\bvarnish\b/i },
  { kind: 'nextjs', field: /^x-powered-by$/, value: /^next\.js/i },
  { kind: 'nextjs', field: /^x-nextjs-/, value: anything },
]

/**
 * The servers that the fields of a reply name, each once. `known` are the fields of the reply of the server behind: what
 * says the same there tells nothing of the way.
 */
export function recogniseServers(fields: readonly Field[], known: readonly Field[] = []): RecognisedServer[] {
  const same = new Set(known.map(([name, value]) => `${name}: ${value}`))
  const own = new Set(known.flatMap((field) => kindsOf(field)))
  const found = new Map<ServerKind, RecognisedServer>()
  for (const field of fields) {
    const text = `${field[0]}: ${field[1]}`
    if (same.has(text)) continue
    for (const kind of kindsOf(field)) {
      if (!own.has(kind) && !found.has(kind)) found.set(kind, { kind, name: serverNames[kind], field: text })
    }
  }
  // Fastly is a Varnish, and says so; its settings are its own.
  if (found.has('fastly')) found.delete('varnish')
  return [...found.values()]
}

function kindsOf([name, value]: Field): ServerKind[] {
  return marks.filter((mark) => mark.field.test(name) && mark.value.test(value)).map(({ kind }) => kind)
}
