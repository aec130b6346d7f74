/** The fields of a request, names and values in turn, as `Headers`. */
export function toHeaders(fields: readonly string[]): Headers {
  const headers = new Headers()
  let cookies = ''
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    const value = fields[index + 1] ?? ''
    if (name.toLowerCase() !== 'cookie') headers.append(name, value)
    else cookies = cookies === '' ? value : `${cookies}; ${value}`
  }
  // RFC 6265 §5.4: cookies are joined by semicolons, which `append` does not do.
  if (cookies !== '') headers.set('cookie', cookies)
  return headers
}
