import { describe, expect, it } from 'vitest'
import { parseChunks } from '../../test/support/parse-chunks.ts'
import { startPump } from '../../test/support/start-pump.ts'
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

  it.each([
    ['says that it has failed', {}, '{"error":"The stream has failed"}\n'],
    ['says why where that is asked for', { onError: 'show' }, '{"error":"the database is gone"}\n'],
    ['says what a function gives', { onError: (): unknown => ({ code: 7 }) }, '{"code":7}\n'],
    ['says nothing where a function gives nothing', { onError: (): unknown => undefined }, ''],
  ] as const)('G4: %s in a last record, and the body stays cut', async (_, init, last) => {
    const { blocks, options } = ndjson(failing(), init)
    const run = startPump(blocks, { delivery: 'turn', onError: options.onError })
    expect((await run.closed).outcome).toMatchObject({
      kind: 'failed',
      error: new Error('the database is gone'),
    })
    const { data, ended } = parseChunks(run.sink.bytes)
    expect([data.toString(), ended]).toEqual([`{"a":1}\n${last}`, false])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['fulfilled', async () => ({ code: 7 })],
    ['rejected', () => Promise.reject(new Error('not even that'))],
  ])('G4: sends no promise as the last record, and says so; one that is %s', async (_, onError) => {
    const { blocks, options } = ndjson(failing(), { onError })
    const run = startPump(blocks, { delivery: 'turn', onError: options.onError })
    const { outcome, errors } = await run.closed
    expect(outcome).toMatchObject({ kind: 'failed', error: new Error('the database is gone') })
    expect(errors).toEqual([
      new TypeError(
        'Cannot send a promise as the last record: the reply ends now; give onError no async function',
      ),
    ])
    expect(parseChunks(run.sink.bytes).data.toString()).toBe('{"a":1}\n')
  })

  it('refuses another onError', () => {
    expect(() => Reflect.apply(ndjson, undefined, [[], { onError: 'shout' }])).toThrow(
      "Cannot use onError \"shout\": give 'hide', 'show' or a function",
    )
  })
})

function* failing() {
  yield { a: 1 }
  throw new Error('the database is gone')
}
