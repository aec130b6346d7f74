import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { demoCommand, toDemoEnvironment } from './demo-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-demo-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('toDemoEnvironment', () => {
  const nothing = { port: undefined, transmitter: undefined }

  it('keeps the cities in the cache of the user, all of them apart from the largest', () => {
    const environment = { XDG_CACHE_HOME: folder }
    const all = toDemoEnvironment(nothing, true, environment)
    const largest = toDemoEnvironment(nothing, false, environment)
    expect(all['CITIES_FILE']).toBe(join(folder, 'millrace', 'cities.sqlite'))
    expect(largest['CITIES_FILE']).toBe(join(folder, 'millrace', 'largest-cities.sqlite'))
    expect(existsSync(join(folder, 'millrace'))).toBe(true)
  })

  it('says what the command line says, and leaves the rest to the environment', () => {
    const environment = { CITIES_FILE: 'mine.sqlite' }
    expect(toDemoEnvironment(nothing, true, environment)).toEqual({
      START_COMMAND: 'npx millrace demo',
      CITIES_FILE: 'mine.sqlite',
    })
    expect(toDemoEnvironment({ port: '0', transmitter: 'thread' }, true, environment)).toMatchObject({
      PORT: '0',
      TRANSMITTER: 'thread',
    })
  })
})

it('demoCommand is called demo', () => expect(demoCommand.meta).toMatchObject({ name: 'demo' }))
