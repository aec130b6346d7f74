import { describe, expect, it } from 'vitest'
import { replyHeaders } from './reply-headers.ts'

describe('replyHeaders', () => {
  it('gives the type, unless the application says another', () => {
    expect([...replyHeaders({}, 'text/x')]).toEqual([['content-type', 'text/x']])
    expect([...replyHeaders({ headers: { 'Content-Type': 'a/b' } }, 'text/x')]).toEqual([
      ['content-type', 'a/b'],
    ])
  })

  it('names the file, and keeps what else there is', () => {
    const headers = new Headers({ 'x-a': '1' })
    const made = replyHeaders({ headers, filename: 'städte.csv' }, 'text/csv')
    expect(made.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''st%C3%A4dte\.csv$/)
    expect(made.get('x-a')).toBe('1')
    expect([...headers]).toEqual([['x-a', '1']])
  })
})
