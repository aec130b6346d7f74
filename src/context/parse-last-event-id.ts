/**
 * Where a client of server-sent events has left off: its `Last-Event-ID`, undefined where there is none or where it is no
 * UTF-8. A client can say whatever it likes: look it up, never trust it.
 */
export function parseLastEventId(headers: Headers): string | undefined {
  return decodeLastEventId(headers.get('last-event-id') ?? '')
}

/** The same of the value of the field, empty where there is none. */
export function decodeLastEventId(value: string): string | undefined {
  if (value === '') return undefined
  // WHATWG HTML §9.2.3: it is sent as UTF-8, and a header is read as one byte for each character.
  return /^[\u0020-\u007e]*$/.test(value) ? value : decode(value)
}

function decode(value: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'latin1'))
  } catch {
    // Not UTF-8: no event has such an id.
    return undefined
  }
}
