import { ConnectError, type ConnectFault } from '../connection.ts'

/** Makes of what went wrong while a connection was opened an error that says what to do. */
export function toConnectError(error: unknown, url: URL): ConnectError {
  if (error instanceof ConnectError) return error
  const { code, message } = readError(error)
  const { fault, text } = describe(code, message, url)
  return new ConnectError(fault, `Cannot connect to ${url.host}: ${text}`, { cause: error })
}

/** The code and the message of an error; of one for each address that was tried, those of the first that has a code. */
export function readError(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError) {
    const inner = error.errors.map(readError)
    return (
      inner.find(({ code }) => code === 'ECONNREFUSED') ?? inner[0] ?? { code: '', message: error.message }
    )
  }
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  return { code: 'code' in error ? String(error.code) : '', message: error.message }
}

function describe(code: string, message: string, url: URL): { fault: ConnectFault; text: string } {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const known = faults[code]
  if (known)
    return { fault: known[0], text: known[1].replaceAll('{host}', url.hostname).replaceAll('{port}', port) }
  return { fault: 'unreachable', text: message }
}

const noRoute = 'there is no way to the host. Check the address, the network and the firewall'
const faults: Readonly<Record<string, readonly [ConnectFault, string]>> = {
  ENOTFOUND: ['name', 'there is no host of the name {host}. Check how it is spelled'],
  ENODATA: ['name', 'the name {host} has no address. Check how it is spelled'],
  EAI_AGAIN: [
    'name',
    'nobody answered what the address of {host} is. Check the name, the network and its DNS',
  ],
  EAI_FAIL: [
    'name',
    'nobody could say what the address of {host} is. Check the name, the network and its DNS',
  ],
  EAI_NONAME: ['name', 'there is no host of the name {host}. Check how it is spelled'],
  ECONNREFUSED: ['refused', 'nothing listens on port {port}. Is the server running, and is this its port?'],
  ECONNRESET: [
    'unreachable',
    'the connection was reset before it was open. Does a server listen on port {port}?',
  ],
  EHOSTUNREACH: ['unreachable', noRoute],
  ENETUNREACH: ['unreachable', noRoute],
  EHOSTDOWN: ['unreachable', noRoute],
  ENETDOWN: ['unreachable', noRoute],
  EADDRNOTAVAIL: ['unreachable', noRoute],
  EACCES: ['unreachable', 'this system does not allow it'],
  EPERM: ['unreachable', 'this system does not allow it'],
  ETIMEDOUT: ['timeout', 'the host does not answer. Check the address, the network and the firewall'],
}
