import { describe, expect, it } from 'vitest'
import { ndjson } from './ndjson.ts'

describe('ndjson', () => {
  it('is a streamed reply of records, a line each', async () => {
    const made = ndjson([{ a: 1 }, 'x', null], { filename: 'x.ndjson' })
    expect(made).toMatchObject({ streaming: true, options: { delivery: 'turn' } })
    expect(made.headers.get('content-type')).toBe('application/x-ndjson')
    expect(made.headers.get('content-disposition')).toBe('attachment; filename=x.ndjson')
    expect(await made.text()).toBe('{"a":1}\n"x"\nnull\n')
  })

  it('takes batches where that is said', async () => {
    expect(await ndjson([[1, 2], [3]], { batches: true }).text()).toBe('1\n2\n3\n')
  })

  it('G4: fails with the number of the record', async () => {
    await expect(ndjson([1, 2n]).text()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('record 2') },
    })
  })
})
