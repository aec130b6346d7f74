const methods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'QUERY',
])

/** The method as metrics and spans may show it: one that a client has invented is `other`. */
export function knownMethod(method: string, other: string): string {
  return methods.has(method) ? method : other
}
