import type { Random } from '../thread/soak/random.ts'

const seeds = [
  'GET / HTTP/1.1\r\nHost: test\r\n\r\n',
  'GET /text/5000?q=1&r=%20 HTTP/1.1\r\nHost: test:80\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n',
  'HEAD /text/10 HTTP/1.1\r\nHost: [::1]:8080\r\nTE: trailers\r\n\r\n',
  'GET http://test/ HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n',
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n',
  'POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello',
  'POST /length HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
  'POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
  'POST /length HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
] as const

const pieces = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  '\xff',
  '%',
  '%00',
  '0\r\n\r\n',
  '-1',
  'ffffffffffffffff',
  '18446744073709551616',
  'Content-Length: 5\r\n',
  'Content-Length: 6\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding:\r\n',
  'Host: other\r\n',
  'Connection: close\r\n',
  'Connection: content-length\r\n',
  'Expect: 100-continue\r\n',
  'Expect: x\r\n',
  'Upgrade: websocket\r\nConnection: upgrade\r\n',
  ' folded\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'HTTP/9.9',
] as const

const mutations: readonly ((text: string, at: number, random: Random) => string)[] = [
  // A byte that is another, or one more or fewer.
  (text, at, random) => text.slice(0, at) + String.fromCharCode(random.between(0, 255)) + text.slice(at + 1),
  (text, at, random) => text.slice(0, at) + String.fromCharCode(random.between(0, 255)) + text.slice(at),
  (text, at, random) => text.slice(0, at) + text.slice(at + random.between(1, 8)),
  // One bit.
  (text, at, random) =>
    text.slice(0, at) +
    String.fromCharCode(text.charCodeAt(at) ^ (1 << random.between(0, 7))) +
    text.slice(at + 1),
  // Something that means something to HTTP.
  (text, at, random) => text.slice(0, at) + random.pick(...pieces) + text.slice(at),
  (text, at, random) => text.slice(0, at) + random.pick(...pieces) + text.slice(at + random.between(1, 20)),
  // A line in front of the fields.
  (text, _, random) => text.replace('\r\n', () => `\r\n${random.pick(...pieces)}`),
  // A part again, or very often.
  (text, at, random) => text.slice(0, at) + text.slice(Math.max(0, at - random.between(1, 40))),
  (text, at, random) => text.slice(0, at) + text.slice(at, at + 8).repeat(random.size(3000)) + text.slice(at),
  (text, at) => text.slice(0, at),
  (text, _, random) => text + random.pick(...seeds),
]

/** One to three requests of HTTP/1, most of them with something wrong; text stands for bytes, as latin1. */
export function mutateRequest(random: Random): string {
  let text: string = random.pick(...seeds)
  for (let count = random.pick(0, 1, 1, 2, 3, 8); count > 0; count--) {
    const mutate = mutations[random.between(0, mutations.length - 1)]
    text = mutate?.(text, random.between(0, text.length), random) ?? text
  }
  return text
}

/** The same text, in one to some pieces. */
export function* split(text: string, random: Random): Generator<string> {
  const most = random.pick(1, 3, 50, 5000, text.length)
  for (let at = 0; at < text.length;) {
    const size = random.between(1, Math.max(1, most, text.length >> 6))
    yield text.slice(at, at + size)
    at += size
  }
}
