import { describe, expect, it } from 'vitest'
import { compressibleTypes, isCompressible, toEssence } from './is-compressible.ts'

describe('isCompressible', () => {
  it.each([
    'text/plain',
    'Text/HTML; charset=UTF-8',
    'application/json',
    'application/x-ndjson',
    'application/ld+json;a=b',
    'image/svg+xml',
    'application/javascript',
    'text/csv',
  ])('is true of %s [CPY-044]', (type) => {
    expect(isCompressible(type, compressibleTypes)).toBe(true)
  })

  it.each([
    '',
    'text',
    'json',
    'image/png',
    'image/xml',
    'application/zip',
    'application/json2',
    'video/mp4',
  ])('is false of %j [CPY-044]', (type) => {
    expect(isCompressible(type, compressibleTypes)).toBe(false)
  })

  it('takes patterns: exact, of a kind, by suffix [CPY-044]', () => {
    expect(isCompressible('image/png', ['image/*'])).toBe(true)
    expect(isCompressible('image/png', ['Image/PNG'])).toBe(true)
    expect(isCompressible('application/a+json', ['application/*+json'])).toBe(true)
    expect(isCompressible('text/a+json', ['application/*+json'])).toBe(false)
    expect(isCompressible('application/json', ['application/*+json'])).toBe(false)
  })
})

describe('toEssence', () => {
  it('is the type without parameters', () => {
    expect(toEssence(' Text/Event-Stream ; a=b')).toBe('text/event-stream')
  })
})
