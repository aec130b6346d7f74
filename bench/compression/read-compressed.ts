import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import zlib from 'node:zlib'

export type Encoding = 'gzip' | 'br' | 'zstd'

/** A path of a server, and in what encoding it is asked for. */
export interface Asked {
  readonly port: number
  readonly path: string
  readonly encoding: Encoding
}

// A connection for each reply: they are long, and one that idles between its turns would be closed.
const agent = new Agent({ keepAlive: false })

/** Asks for a reply and fails where it is not in that encoding. */
async function open({ port, path, encoding }: Asked): Promise<IncomingMessage> {
  const headers = { 'accept-encoding': encoding }
  const [reply]: IncomingMessage[] = await once(
    get({ host: '127.0.0.1', port, path, headers, agent }),
    'response',
  )
  if (reply?.headers['content-encoding'] !== encoding) {
    throw new Error(`Cannot compare ${path} of port ${port}: it has no ${encoding}`)
  }
  return reply
}

/** Reads a reply without decoding it; gives its size. */
export async function readSize(asked: Asked): Promise<number> {
  let size = 0
  for await (const bytes of await open(asked)) size += bytes.length
  return size
}

/** Reads a reply, decoded. */
export async function readText(asked: Asked): Promise<string> {
  const bytes: Buffer[] = []
  for await (const piece of await open(asked)) bytes.push(piece)
  return decodeWhole(Buffer.concat(bytes), asked.encoding)
}

/** How many milliseconds after it was made each record of a slow stream had been decoded. */
export async function readDelays(asked: Asked): Promise<number[]> {
  const reply = await open(asked)
  const decoder = openDecoder(asked.encoding)
  const delays: number[] = []
  decoder.on('data', (bytes: Buffer) => {
    const now = process.hrtime.bigint()
    for (const [, at] of bytes.toString().matchAll(/"at":"(\d+)"/g)) {
      delays.push(Number(now - BigInt(at ?? 0)) / 1e6)
    }
  })
  await once(reply.pipe(decoder), 'end')
  return delays
}

function decodeWhole(bytes: Buffer, encoding: Encoding): string {
  switch (encoding) {
    case 'gzip':
      return zlib.gunzipSync(bytes).toString()
    case 'br':
      return zlib.brotliDecompressSync(bytes).toString()
    case 'zstd':
      return zlib.zstdDecompressSync(bytes).toString()
  }
}

function openDecoder(encoding: Encoding) {
  switch (encoding) {
    case 'gzip':
      return zlib.createGunzip()
    case 'br':
      return zlib.createBrotliDecompress()
    case 'zstd':
      return zlib.createZstdDecompress()
  }
}
