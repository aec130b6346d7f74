import { describe, expect, it } from 'vitest'
import { csv } from './csv.ts'

describe('csv', () => {
  it('is a streamed reply of records', async () => {
    const made = csv([{ id: 1, name: 'Åbo' }], { filename: 'cities.csv', status: 201 })
    expect(made).toMatchObject({ status: 201, streaming: true, options: { delivery: 'turn' } })
    expect(made.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(made.headers.get('content-disposition')).toBe('attachment; filename=cities.csv')
    expect(await made.text()).toBe('id,name\r\n1,Åbo\r\n')
  })

  it('takes batches as a cursor gives them, and the options of the format', async () => {
    const batches = async function* () {
      yield [{ id: 1, name: 'a' }]
      yield [{ id: 2, name: 'b' }]
    }
    expect(await csv(batches, { columns: ['name'], delimiter: ';' }).text()).toBe('name\r\na\r\nb\r\n')
  })

  it('refuses a bad option at once', () => {
    expect(() => csv([], { delimiter: 'ab' })).toThrow(TypeError)
  })

  it('G4: fails with the number of the record', async () => {
    await expect(csv([[1, 2], [3]]).text()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('record 2') },
    })
  })
})

it('G5: closes the records of a reply that cannot be made', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const records = { *[Symbol.iterator]() {}, close: () => resolve() }
  expect(() => csv(records, { delimiter: 'xx' })).toThrow('`delimiter`')
  await promise
})
