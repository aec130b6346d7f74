import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blackBoxCases } from './black-box-cases.ts'
import { millrace, millraceThread } from './black-box-systems.ts'
import { Journal } from './journal.ts'
import { startSystem } from './start-system.ts'

// What the ancestors do is in docs/comparison.md, and no test: it is theirs.
describe.each([millrace, millraceThread])('black box, $name', (system) => {
  const journal = new Journal()
  let running: Awaited<ReturnType<typeof startSystem>>

  beforeAll(async () => {
    running = await startSystem(system, journal)
  })

  afterAll(async () => {
    await running[Symbol.asyncDispose]()
    journal[Symbol.dispose]()
  })

  it.each(blackBoxCases.map((one, index) => ({ ...one, id: `${index}` })))(
    '$title: $rule',
    async ({ observe, id }) => {
      const { seen, isKept } = await observe({ port: running.port, journal, id })
      expect({ seen, isKept }).toEqual({ seen, isKept: true })
    },
  )
})
