import type { BodyFormat } from '../measurement.ts'

const formats: Readonly<Record<string, BodyFormat>> = {
  'text/event-stream': 'sse',
  'text/csv': 'csv',
  'application/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonl': 'ndjson',
  'application/jsonlines': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'application/stream+json': 'ndjson',
  'application/json': 'json',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'application/xml': 'text',
  'application/javascript': 'text',
}

/** The format of a body by the value of its field Content-Type. */
export function findFormat(type: string): BodyFormat {
  const [essence = ''] = type.toLowerCase().split(';')
  const name = essence.trim()
  if (Object.hasOwn(formats, name)) return formats[name] ?? 'binary'
  if (name.startsWith('multipart/')) return 'multipart'
  if (name.endsWith('+json')) return 'json'
  return name.startsWith('text/') || name.endsWith('+xml') ? 'text' : 'binary'
}

/** The format of a body without a type, by its first bytes. */
export function guessFormat(bytes: Uint8Array): BodyFormat {
  const start = bytes.subarray(0, 512)
  if (start.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return 'binary'
  const text = new TextDecoder().decode(start).trimStart()
  if (/^<(?:!doctype html|html)/i.test(text)) return 'html'
  if (/^(?:data|event|id|retry)?:/.test(text)) return 'sse'
  return /^[[{]/.test(text) ? 'json' : 'text'
}
