import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOLE, REFUSED_URL, schemeFault, toSafeUrl, toSafeUrls, urlFormat } from './url-format.ts'

function write(before: string, value: string): string {
  const verdict = urlFormat(before)
  return verdict.kind === 'format' ? verdict.format(value) : `fault: ${verdict.fault}`
}

describe('toSafeUrl', () => {
  it.each([
    '/a/b?c=d#e',
    'a.html',
    '//host/path',
    '?q=javascript:alert(1)',
    '#javascript:alert(1)',
    './a:b',
    'http://a.b/',
    'HTTPS://a.b/',
    'mailto:a@b.c',
    'tel:+4912345',
    '',
  ])('lets %j through as it is', (url) => {
    expect(toSafeUrl(url)).toBe(url)
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    '\u0000\u001fjavascript:alert(1)',
    'java\nscript:alert(1)',
    'j\ta\rv\nascript\t:alert(1)',
    'vbscript:x',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://a/b',
    'file:///etc/passwd',
    'view-source:x',
  ])('G12: makes %j a link to nowhere', (url) => {
    expect(toSafeUrl(url)).toBe(REFUSED_URL)
  })

  it('G12: never lets a URL through that a browser reads as a script', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\t', '\r', '\0', '\x1f')
    const url = fc
      .tuple(blank, fc.array(fc.tuple(fc.constantFrom(...'javascript:'), blank), { maxLength: 14 }))
      .map(([first, rest]) => first + rest.map(([letter, between]) => letter + between).join(''))
    const spelled = blank.map((one) => `${one}${[...'javascript'].join(one.trim())}:alert(1)`)
    fc.assert(
      fc.property(fc.oneof(url, spelled), (text) => {
        const { protocol } = new URL(toSafeUrl(text), 'https://here.example/')
        expect(['https:', 'about:']).toContain(protocol)
      }),
    )
  })
})

describe('toSafeUrls', () => {
  it('lets a list of safe URLs through, and refuses all of it for one that is not', () => {
    expect(toSafeUrls('a.png 1x, https://b/c.png 2x')).toBe('a.png 1x, https://b/c.png 2x')
    expect(toSafeUrls('a.png 1x,javascript:x 2x')).toBe(REFUSED_URL)
  })
})

describe('urlFormat', () => {
  it.each([
    ['', 'https://a/?b=c&d', 'https://a/?b=c&d'],
    ['  \n', 'javascript:x', REFUSED_URL],
    ['/cities/', 'a/b?c#d', 'a%2Fb%3Fc%23d'],
    ['/cities/', 'a@b:c', 'a@b:c'],
    ['/search?q=', 'a&b=c d', 'a%26b%3Dc%20d'],
    ['/search#', 'a b', 'a%20b'],
    ['page-', 'a:b/c', 'a%3Ab%2Fc'],
    ['https://', 'host:80/x@y', 'host:80%2Fx%40y'],
    ['//', 'a\\b', 'a%5Cb'],
    ['mailto:', 'a@b.c?bcc=d', 'a@b.c%3Fbcc=d'],
    ['tel:', '+49', '+49'],
    [HOLE, 'javascript:x', 'javascript%3Ax'],
    [`${HOLE}/`, 'a:b', 'a:b'],
    ['data:image/png;base64,', 'ab+/=', 'ab+%2F='],
    ['/a?b=', '\uD800', '%EF%BF%BD'],
  ])('after %j writes %j as %j', (before, value, written) => {
    expect(write(before, value)).toBe(written)
  })

  it.each([
    ['javascript:', /runs or shows/],
    [' java\nscript:', /runs or shows/],
    ['vbscript:', /runs or shows/],
    ['data:text/html,', /runs or shows/],
    ['java&#115;cript&colon;', /character reference/],
  ])('G12: gives a fault after %j', (before, fault) => {
    expect(write(before, 'x')).toMatch(fault)
  })
})

describe('schemeFault', () => {
  it('tells of a value that stands in a scheme', () => {
    expect(schemeFault(`${HOLE}:alert(1)`)).toMatch(/give the whole URL/)
    expect(schemeFault(`java${HOLE}:x`)).toMatch(/give the whole URL/)
    expect(schemeFault(`${HOLE}${HOLE}x:y`)).toMatch(/give the whole URL/)
    expect(schemeFault(`https:${HOLE}:8080`)).toBe(undefined)
    expect(schemeFault(`${HOLE}/a:b`)).toBe(undefined)
    expect(schemeFault('a:b')).toBe(undefined)
  })
})
