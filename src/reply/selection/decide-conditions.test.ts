import { describe, expect, it } from 'vitest'
import { decideConditions, type Validators } from './decide-conditions.ts'

const before = 'Sat, 05 Nov 1994 08:49:37 GMT'
const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
const after = 'Mon, 07 Nov 1994 08:49:37 GMT'
const validators = { etag: '"1"', lastModified: date }

function decide(fields: Record<string, string>, method = 'GET', state: Validators = validators): string {
  return decideConditions({ method, headers: new Headers(fields) }, state).kind
}

describe('decideConditions', () => {
  it.each([
    [{}, 'proceed'],
    [{ 'if-match': '"1"' }, 'proceed'],
    [{ 'if-match': '"0", "1"' }, 'proceed'],
    [{ 'if-match': '*' }, 'proceed'],
    [{ 'if-match': '"2"' }, 'failed'],
    [{ 'if-match': 'W/"1"' }, 'failed'],
    [{ 'if-unmodified-since': date }, 'proceed'],
    [{ 'if-unmodified-since': after }, 'proceed'],
    [{ 'if-unmodified-since': before }, 'failed'],
    [{ 'if-unmodified-since': 'yesterday' }, 'proceed'],
    [{ 'if-none-match': '"1"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"1"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"0", "2"' }, 'proceed'],
    [{ 'if-modified-since': before }, 'proceed'],
    [{ 'if-modified-since': date }, 'not-modified'],
    [{ 'if-modified-since': after }, 'not-modified'],
    [{ 'if-modified-since': 'yesterday' }, 'proceed'],
  ])('answers %j with %s [DJG-062, CPY-046]', (fields, kind) => {
    expect(decide(fields)).toBe(kind)
    expect(decide(fields, 'HEAD')).toBe(kind)
  })

  it.each([
    ['If-Match before If-Unmodified-Since', { 'if-match': '"1"', 'if-unmodified-since': before }, 'proceed'],
    ['If-Match before If-None-Match', { 'if-match': '"2"', 'if-none-match': '"1"' }, 'failed'],
    ['both, when the first holds', { 'if-match': '"1"', 'if-none-match': '"1"' }, 'not-modified'],
    [
      'If-None-Match before If-Modified-Since',
      { 'if-none-match': '"2"', 'if-modified-since': after },
      'proceed',
    ],
    [
      'If-Unmodified-Since before If-None-Match',
      { 'if-unmodified-since': before, 'if-none-match': '"1"' },
      'failed',
    ],
  ])('follows the order of RFC 9110 §13.2.2: %s [DJG-062]', (_, fields, kind) => {
    expect(decide(fields)).toBe(kind)
  })

  it.each([
    [{ 'if-none-match': '"1"' }, 'failed'],
    [{ 'if-none-match': '"2"' }, 'proceed'],
    [{ 'if-match': '"2"' }, 'failed'],
    [{ 'if-match': '"1"' }, 'proceed'],
    [{ 'if-unmodified-since': before }, 'failed'],
    [{ 'if-modified-since': after }, 'proceed'],
  ])('guards methods that change something: %j is %s [CPY-046, DJG-062]', (fields, kind) => {
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) expect(decide(fields, method)).toBe(kind)
  })

  it('lets something be made that must not be there yet', () => {
    expect(decide({ 'if-none-match': '*' }, 'PUT', { exists: false })).toBe('proceed')
    expect(decide({ 'if-none-match': '*' }, 'PUT', {})).toBe('failed')
    expect(decide({ 'if-match': '*' }, 'PUT', { exists: false })).toBe('failed')
  })

  it('matches nothing where there is no validator', () => {
    expect(decide({ 'if-none-match': '"1"' }, 'GET', {})).toBe('proceed')
    expect(decide({ 'if-modified-since': after }, 'GET', {})).toBe('proceed')
    expect(decide({ 'if-match': '"1"' }, 'GET', { etag: null })).toBe('failed')
    expect(decide({ 'if-unmodified-since': before }, 'GET', {})).toBe('proceed')
  })

  it('compares dates in whole seconds, as the field has them', () => {
    const lastModified = new Date(Date.parse(date) + 999)
    expect(decide({ 'if-modified-since': date }, 'GET', { lastModified })).toBe('not-modified')
    expect(decide({ 'if-unmodified-since': date }, 'GET', { lastModified })).toBe('proceed')
  })
})
