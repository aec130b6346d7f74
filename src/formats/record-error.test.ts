import { expect, it } from 'vitest'
import { RecordError } from './record-error.ts'

it('RecordError tells the record, the format and the cause', () => {
  const cause = new TypeError('why')
  const error = new RecordError({
    code: 'NOT_JSON',
    format: 'NDJSON',
    record: 3,
    state: 'it is a cycle',
    cause,
  })
  expect(error).toMatchObject({ name: 'RecordError', code: 'NOT_JSON', record: 3, cause })
  expect(error.message).toBe('Cannot write record 3 as NDJSON: it is a cycle')
})
