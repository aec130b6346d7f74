import { describe, expect, it } from 'vitest'
import { toHandOverField } from './hand-over.ts'

describe('toHandOverField', () => {
  it('names the location of nginx, encoded [STA-021]', () => {
    expect(toHandOverField({ kind: 'accel', uri: '/in/a b.txt' }, 'x')).toEqual([
      'x-accel-redirect',
      '/in/a%20b.txt',
    ])
  })

  it('names the whole path on disk, encoded [STA-021]', () => {
    const [name, value] = toHandOverField({ kind: 'sendfile' }, '/srv/a%b/../ä.txt')
    expect([name, value]).toEqual(['x-sendfile', '/srv/%C3%A4.txt'])
    expect(toHandOverField({ kind: 'sendfile' }, 'x')[1]).toMatch(/^\/.*\/x$/)
  })

  it('G12: a name cannot end the field', () => {
    expect(toHandOverField({ kind: 'accel', uri: '/a\r\nb: c\0' }, 'x')[1]).toBe('/a%0D%0Ab%3A%20c%00')
  })

  it('refuses what is no path', () => {
    expect(() => toHandOverField({ kind: 'accel', uri: 'in/a.txt' }, 'x')).toThrow(
      /^Cannot hand a file over to "in\/a.txt": give a path that begins with \//,
    )
  })
})
