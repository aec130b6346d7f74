import { describe, expect, it } from 'vitest'
import { RequestContext } from '../../context/request-context.ts'
import type { Environ } from '../application.ts'
import { EnvironRequest } from './environ-request.ts'
import { FileWrapper } from './file-wrapper.ts'
import { decodePath, toEnviron } from './to-environ.ts'
import { WsgiInput } from './wsgi-input.ts'

function createEnviron(target: string, headers: Record<string, string> = {}, script = ''): Environ {
  const context = new RequestContext({
    method: 'PUT',
    target,
    transport: {
      protocol: 'HTTP/1.0',
      secure: true,
      remoteAddress: '10.0.0.1',
      remotePort: 99,
      peerAddress: '10.0.0.1',
      asynchronous: false,
      delivery: 'block',
    },
    origin: () => 'https://example.com:444',
    headers: () => new Headers(headers),
    body: () => null,
  })
  return toEnviron(
    context,
    {
      'wsgi.input': new WsgiInput(() => ReadableStream.from([Buffer.from('one\ntwo')])),
      'wsgi.errors': { write() {}, writelines() {}, flush() {} },
      'wsgi.multiprocess': false,
    },
    script,
  )
}

describe('toEnviron and EnvironRequest', () => {
  it('undo each other', async () => {
    const target = '/shop/caf%C3%A9/a%20b?x=1&y'
    const environ = createEnviron(
      target,
      { 'x-two': '2', 'content-type': 'a/b', 'content-length': '7' },
      '/shop',
    )
    const request = new EnvironRequest({ ...environ, HTTP_HOST: 'example.com:444' })
    expect(request.method).toBe('PUT')
    expect(request.target).toBe(target)
    expect(request.origin()).toBe('https://example.com:444')
    expect(request.transport).toMatchObject({
      protocol: 'HTTP/1.0',
      secure: true,
      remoteAddress: '10.0.0.1',
      remotePort: 99,
      peerAddress: '10.0.0.1',
    })
    expect(Object.fromEntries(request.headers())).toEqual({
      host: 'example.com:444',
      'x-two': '2',
      'content-type': 'a/b',
      'content-length': '7',
    })
    expect(await new Response(request.body()).text()).toBe('one\ntwo')
  })

  it('EnvironRequest makes an authority of name and port where there is no Host', () => {
    expect(new EnvironRequest(createEnviron('/')).origin()).toBe('https://example.com:444')
  })

  it('decodePath leaves what is no escape', () => {
    expect(decodePath('/100%/%zz/%41%2f%00')).toBe('/100%/%zz/A/\0')
  })
})

describe('WsgiInput', () => {
  it('reads nothing before it is asked, and only as far as it is asked', async () => {
    let pulled = 0
    const pieces = function* () {
      for (const piece of ['abc', 'def', 'ghi']) {
        pulled++
        yield Buffer.from(piece)
      }
    }
    const input = new WsgiInput(() => ReadableStream.from(pieces()))
    expect(pulled).toBe(0)
    expect(String(await input.read(4))).toBe('abcd')
    expect(pulled).toBeLessThan(3)
    expect(String(await input.read())).toBe('efghi')
    expect((await input.read(1)).byteLength).toBe(0)
  })
})

describe('FileWrapper', () => {
  it('reads no more than it is limited to', async () => {
    const sizes: number[] = []
    const wrapper = new FileWrapper(
      { read: (size: number) => new Uint8Array(sizes[sizes.push(size) - 1] ?? 0) },
      4,
    )
    expect(await wrapper.limitTo(10)).toBe(10)
    let bytes = 0
    for await (const block of wrapper) bytes += block.byteLength
    expect(bytes).toBe(10)
    expect(sizes).toEqual([4, 4, 2])
  })
})
