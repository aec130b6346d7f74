import { encodeFields } from '../support/encode-fields.ts'
import { formatFrame, frameFlags, frameTypes, toUInt32 } from '../support/http2-frame.ts'
import type { Random } from '../thread/soak/random.ts'
import { toPost, toRequest, toRequestFields, toSettings } from './http2-attacker.ts'

const paths = ['/', '/text/5000', '/text/200000', '/missing', '/huge'] as const

function makeFrame(random: Random, stream: number): Buffer {
  const flags = random.pick(0, 0, 1, 4, 5, 8, 32, random.between(0, 255))
  const bytes = (most: number): Buffer =>
    Buffer.from(Array.from({ length: random.size(most) }, () => random.between(0, 255)))
  const id = random.pick(stream, stream, stream, 0, 1, 2, stream - 2, random.between(0, 2 ** 31 - 1))
  const type = random.pick(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, random.between(0, 255))
  const fields: [string, string][] = [
    ...toRequestFields(random.pick(...paths), random.pick('GET', 'HEAD', 'POST', 'CONNECT', '')),
    [
      random.pick('x', 'X', ':path', 'connection', 'content-length', 'te', 'cookie', ''),
      random.pick('1', '', '\r\n'),
    ],
  ]
  const payload = random.pick(
    bytes(300),
    encodeFields(fields.slice(random.pick(0, 0, 1, 2))),
    toUInt32(random.between(0, 2 ** 32 - 1)),
    Buffer.alloc(8),
    Buffer.alloc(0),
  )
  return formatFrame({ type, flags, stream: Math.max(0, id), payload })
}

function makeStep(random: Random, stream: number): Buffer {
  const data = formatFrame({
    type: frameTypes.data,
    flags: random.pick(0, frameFlags.endStream),
    stream,
    payload: Buffer.alloc(random.size(5000), 'x'),
  })
  return random.pick<() => Buffer>(
    () => toRequest(stream, random.pick(...paths)),
    () => Buffer.concat([toPost(stream, random.pick('/echo', '/length')), data]),
    () =>
      Buffer.concat([
        toRequest(stream, '/'),
        formatFrame({ type: 3, flags: 0, stream, payload: toUInt32(8) }),
      ]),
    () => toSettings([[random.between(0, 9), random.pick(0, 1, 65_535, 2 ** 31, 2 ** 32 - 1)]]),
    () => makeFrame(random, stream),
    () => makeFrame(random, stream),
  )()
}

/** Some frames of HTTP/2 behind a preface, many of them with something wrong. */
export function mutateFrames(random: Random): Buffer {
  const steps: Buffer[] = []
  for (let count = random.between(1, 30), stream = 1; count > 0; count--, stream += 2) {
    steps.push(makeStep(random, stream))
  }
  const all = Buffer.concat(steps)
  // A bit here and there.
  for (let count = random.pick(0, 0, 0, 1, 5); count > 0; count--) {
    const at = random.between(0, all.length - 1)
    all.writeUInt8(all.readUInt8(at) ^ (1 << random.between(0, 7)), at)
  }
  return all.subarray(0, random.chance(0.2) ? random.between(0, all.length) : all.length)
}
