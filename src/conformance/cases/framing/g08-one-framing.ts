import { describeCut, describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept, notOffered } from '../../case-result.ts'

/** G8: framing is decided once. */
export const g08OneFraming: readonly ConformanceCase[] = [
  {
    guarantee: 'G8',
    name: 'g8-http10',
    title: 'HTTP/1.0 gets no chunks, and a whole body that is ended by closing',
    why: 'who does not know chunks reads their sizes as text',
    async run(server) {
      if (server.protocol === 'HTTP/2') return notOffered('HTTP/2 is another version')
      const reply = await server.askWhole('/blocks?n=3', { protocol: 'HTTP/1.0' })
      const coding = reply.field('transfer-encoding')
      const evidence = `${describeEnding(reply)}; Transfer-Encoding: ${coding ?? 'none'}; ${reply.lines.length} lines of 3.`
      if (coding !== undefined) return broken(coding, evidence)
      const isWhole = reply.isComplete && reply.lines.length === 3
      return isWhole
        ? kept(reply.seenHead?.framing.kind ?? '', evidence)
        : broken(describeEnding(reply), evidence)
    },
  },
  {
    guarantee: 'G8',
    name: 'g8-length',
    title: 'a body with a Content-Length has no other framing',
    why: 'with two, a proxy and a client may disagree about where the reply ends (RFC 9112 §6.1)',
    async run(server) {
      const reply = await server.askWhole('/length?length=96&n=3&size=32')
      const coding = reply.field('transfer-encoding')
      const figure = `${reply.byteCount} of 96 bytes`
      const evidence = `${describeEnding(reply)}${describeCut(reply)}, ${figure}; Transfer-Encoding: ${coding ?? 'none'}.`
      if (reply.ending?.kind === 'cut' && reply.ending.by === 'framing')
        return broken('two framings', evidence)
      if (!reply.isComplete || reply.byteCount !== 96) return broken(figure, evidence)
      return kept(reply.seenHead?.framing.kind ?? '', evidence)
    },
  },
  {
    guarantee: 'G8',
    name: 'g8-empty',
    title: 'an empty block does not end the body',
    why: 'a chunk of no bytes is the last one',
    async run(server) {
      const reply = await server.askWhole('/empty')
      const evidence = `Blocks a, none, b: ${JSON.stringify(reply.text)}, ${describeEnding(reply)}.`
      const isWhole = reply.isComplete && reply.text === 'ab'
      return isWhole ? kept('whole', evidence) : broken(JSON.stringify(reply.text), evidence)
    },
  },
]
