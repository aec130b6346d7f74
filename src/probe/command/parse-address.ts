import { hideCredentials } from '../../client/hide-credentials.ts'
import { UsageError } from './usage-error.ts'

/**
 * An address of the command line: `http://` may be left out, and is then what is meant. Name and password are still in it;
 * no error shows them.
 */
export function parseAddress(text: string): URL {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.parse(address)
  if (!url || text === '') {
    throw new UsageError(
      `Cannot ask ${JSON.stringify(hideCredentials(text))}: it is no address, such as http://localhost:3000/rows`,
    )
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`Cannot ask ${hideCredentials(url.href)}: only http:// and https:// can be asked`)
  }
  url.hash = ''
  return url
}

/**
 * The address of the proxy for `--through`. One that ends with its host and port, without a slash, takes the path and
 * query of what is asked directly.
 */
export function parseThrough(text: string, direct: URL): URL {
  const url = parseAddress(text)
  if (/^(?:[a-z][a-z\d+.-]*:\/\/)?[^/?#]*$/i.test(text)) {
    url.pathname = direct.pathname
    url.search = direct.search
  }
  return url
}
