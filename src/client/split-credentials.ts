/** An address as it may be shown, and what proves who asks. */
export interface SplitAddress {
  readonly url: URL
  /** The value of the field Authorization; undefined where the address names nobody. */
  readonly authorization: string | undefined
}

/** Takes name and password out of an address: whatever is told of it can be published then. */
export function splitCredentials(address: URL): SplitAddress {
  const { username, password } = address
  if (username === '' && password === '') return { url: address, authorization: undefined }
  const url = new URL(address)
  url.username = ''
  url.password = ''
  const user = Buffer.concat([toBytes(username), Buffer.from(':'), toBytes(password)])
  return { url, authorization: `Basic ${user.toString('base64')}` }
}

// A password may have a % that stands for itself, of which decodeURIComponent would throw.
function toBytes(text: string): Buffer {
  const bytes = text.replace(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  return Buffer.from(bytes, 'latin1')
}
