import type { OutgoingRequest } from '../client/connection.ts'
import { splitCredentials } from '../client/split-credentials.ts'
import { codings } from './arrivals/body-decoder.ts'
import type { HeaderList, ProbeOptions } from './measurement.ts'

/** The request that a probe sends; fields that are given stand in place of its own. */
export function toRequest(url: URL, { method, headers = {}, body }: ProbeOptions): OutgoingRequest {
  const given = toPairs(headers)
  const host = given.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const fields = given.filter(([name]) => name.toLowerCase() !== 'host')
  const names = new Set(fields.map(([name]) => name.toLowerCase()))
  const own = ownFields(url).filter(([name]) => !names.has(name))
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return {
    method: method ?? (bytes === undefined ? 'GET' : 'POST'),
    target: url.pathname + url.search,
    authority: host ?? url.host,
    fields: [...own, ...fields],
    ...(bytes !== undefined && { body: bytes }),
  }
}

function toPairs(headers: HeaderList): (readonly [name: string, value: string])[] {
  return isPairs(headers) ? [...headers] : Object.entries(headers)
}

function isPairs(headers: HeaderList): headers is readonly (readonly [name: string, value: string])[] {
  return Array.isArray(headers)
}

function ownFields(url: URL): [name: string, value: string][] {
  const fields: [string, string][] = [
    ['accept', '*/*'],
    ['accept-encoding', codings.join(', ')],
    ['user-agent', 'millrace-probe'],
  ]
  const { authorization } = splitCredentials(url)
  return authorization === undefined ? fields : [...fields, ['authorization', authorization]]
}
