import { describe, expect, it } from 'vitest'
import { recogniseServers, type ServerKind } from './recognise-servers.ts'

const kindsOf = (...[fields, known]: Parameters<typeof recogniseServers>) =>
  recogniseServers(fields, known).map(({ kind }) => kind)

describe('recogniseServers', () => {
  it.each<[ServerKind, string, string]>([
    ['nginx', 'server', 'nginx/1.22.1'],
    ['nginx', 'server', 'openresty'],
    ['apache', 'server', 'Apache/2.4.62 (Debian)'],
    ['apache', 'server', 'Apache'],
    ['apache', 'via', '1.1 www.example.com (Apache/2.4.62)'],
    ['haproxy', 'via', '1.1 haproxy'],
    ['varnish', 'via', '1.1 varnish (Varnish/7.1)'],
    ['varnish', 'x-varnish', '32770 3'],
    ['cloudflare', 'server', 'cloudflare'],
    ['cloudflare', 'cf-ray', '8f3c1d2e4b5a6789-FRA'],
    ['aws-alb', 'set-cookie', 'AWSALB=abc; Path=/'],
    ['aws-alb', 'set-cookie', 'AWSALBTGCORS=abc; Path=/'],
    ['aws-alb', 'server', 'awselb/2.0'],
    ['nextjs', 'x-powered-by', 'Next.js'],
    ['nextjs', 'x-nextjs-cache', 'MISS'],
  ])('knows %s by %s: %s', (kind, name, value) => {
    expect(recogniseServers([[name, value]])).toMatchObject([{ kind, field: `${name}: ${value}` }])
  })

  it.each([
    ['server', 'Apache-Coyote/1.1'],
    ['server', 'not-nginx'],
    ['x-powered-by', 'Express'],
    ['set-cookie', 'session=AWSALB=1'],
    ['x-served-by', 'app-3'],
  ])('knows nobody by %s: %s', (name, value) => {
    expect(kindsOf([[name, value]])).toEqual([])
  })

  it('names each once, and all that there are', () => {
    expect(
      kindsOf([
        ['server', 'cloudflare'],
        ['cf-ray', '1-FRA'],
        ['x-powered-by', 'Next.js'],
      ]),
    ).toEqual(['cloudflare', 'nextjs'])
  })

  it('takes Fastly for Fastly, and not for Varnish', () => {
    expect(
      kindsOf([
        ['via', '1.1 varnish'],
        ['x-served-by', 'cache-fra-eddf8230043-FRA'],
      ]),
    ).toEqual(['fastly'])
  })

  it('leaves out what the server behind says by itself', () => {
    const behind = [['x-powered-by', 'Next.js'] as const, ['server', 'nginx/1.18'] as const]
    expect(kindsOf([...behind, ['cf-ray', '1-FRA']], behind)).toEqual(['cloudflare'])
    expect(kindsOf([['server', 'nginx/1.22']], [['server', 'gunicorn']])).toEqual(['nginx'])
  })
})
