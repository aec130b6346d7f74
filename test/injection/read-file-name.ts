const parameter = /;\s*([a-z*]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~\w]+))/gy

/** Reads the field by RFC 6266 §4.1 and RFC 8187 §3.2, whole; the extended name is the better one. */
export function readFileName(field: string): string {
  const [type = ''] = /^[a-z]+/.exec(field) ?? []
  const found = new Map<string, string>()
  parameter.lastIndex = type.length
  while (parameter.lastIndex < field.length) {
    const match = parameter.exec(field)
    if (!match || found.has(match[1] ?? '')) throw new Error(`Not a disposition: ${JSON.stringify(field)}`)
    found.set(match[1] ?? '', match[2]?.replaceAll(/\\(.)/g, '$1') ?? match[3] ?? '')
  }
  const extended = found.get('filename*')
  if (extended === undefined) return found.get('filename') ?? ''
  return decodeURIComponent(extended.replace(/^UTF-8''/, ''))
}
