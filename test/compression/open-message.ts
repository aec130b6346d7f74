import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isHttp2, testCertificate } from '../support/connect-client.ts'
import { Http2Client } from '../support/http2-client.ts'
import type { Address } from '../support/test-client.ts'

/** A reply whose head has come. */
export interface Message {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  pause(): void
  resume(): void
  leave(): void
}

/** Told of the body of a reply. */
export interface MessageListener {
  data(bytes: Buffer): void
  /** No more comes; whether the end was told. */
  over(isWhole: boolean): void
}

/** Asks for something on a connection of its own, over the protocol of its address; resolves with the head. */
export function openMessage(
  address: Address,
  fields: Record<string, string>,
  listener: MessageListener,
): Promise<Message> {
  return isHttp2(address.protocol)
    ? openHttp2(address, fields, listener)
    : openHttp1(address, fields, listener)
}

async function openHttp1(
  { url }: Address,
  headers: Record<string, string>,
  listener: MessageListener,
): Promise<Message> {
  const options = { agent: false, headers }
  const made = url.startsWith('https:')
    ? requestSecure(url, { ...options, ca: testCertificate.cert })
    : request(url, options)
  made.end()
  const [message]: IncomingMessage[] = await once(made, 'response')
  if (!message) throw new Error('There is no reply')
  message.on('data', (bytes: Buffer) => listener.data(bytes))
  message.on('error', () => {})
  message.on('close', () => listener.over(message.complete))
  return {
    headers: message.headers,
    pause: () => void message.pause(),
    resume: () => void message.resume(),
    leave: () => void message.destroy(),
  }
}

async function openHttp2(
  { url, protocol }: Address,
  fields: Record<string, string>,
  listener: MessageListener,
): Promise<Message> {
  const { port, pathname, search } = new URL(url)
  const client = new Http2Client(Number(port), protocol)
  client.get(pathname + search, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`))
  const reply = await client.head()
  const read = async (): Promise<void> => {
    for await (const data of client.data()) listener.data(data)
    client.leave()
    listener.over(reply.isComplete)
  }
  void read()
  return {
    headers: Object.fromEntries(reply.headers),
    pause: () => client.pause(),
    resume: () => client.resume(),
    leave: () => client.leave(),
  }
}
