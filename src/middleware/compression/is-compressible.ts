/** The media types that are compressed unless told otherwise: exact, `type/*`, or `type/*+suffix`. */
export const compressibleTypes: readonly string[] = [
  'text/*',
  '*/*+json',
  '*/*+xml',
  '*/*+text',
  '*/*+yaml',
  'application/json',
  'application/json-seq',
  'application/jsonl',
  'application/ndjson',
  'application/x-ndjson',
  'application/csv',
  'application/xml',
  'application/xml-dtd',
  'application/javascript',
  'application/x-javascript',
  'application/ecmascript',
  'application/graphql',
  'application/sql',
  'application/rtf',
  'application/toml',
  'application/yaml',
  'application/x-yaml',
  'application/x-www-form-urlencoded',
  'application/wasm',
  'application/vnd.ms-fontobject',
  'application/vnd.apple.mpegurl',
  'application/x-tar',
  'font/otf',
  'font/ttf',
  'image/bmp',
  'image/svg+xml',
  'image/x-icon',
  'image/vnd.microsoft.icon',
]

/** True for a `Content-Type` that one of the patterns means; its parameters and letter case do not matter. */
export function isCompressible(contentType: string, patterns: readonly string[]): boolean {
  const type = toEssence(contentType)
  return patterns.some((pattern) => matches(type, pattern.toLowerCase()))
}

/** The media type without its parameters. */
export function toEssence(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase()
}

function matches(type: string, pattern: string): boolean {
  if (!pattern.includes('*')) return type === pattern
  const [major = '', minor = ''] = pattern.split('/')
  const [typeMajor = '', typeMinor = ''] = type.split('/')
  if (typeMinor === '' || (major !== '*' && major !== typeMajor)) return false
  return minor === '*' || (minor.startsWith('*+') && typeMinor.endsWith(minor.slice(1)))
}
