import { describe, expect, it } from 'vitest'
import { ClientGone, ContractError, LifecycleError, ShuttingDown, TooSlow } from './errors.ts'

describe('ContractError', () => {
  it('carries the number of its guarantee as code and in front of its message', () => {
    const cause = new Error('why')
    const error = new ContractError('G6', 'Cannot end', { cause })
    expect(error).toMatchObject({ name: 'ContractError', code: 'G6', message: 'G6: Cannot end', cause })
    expect(error).toBeInstanceOf(Error)
  })
})

describe('ClientGone', () => {
  it('says so without being told', () => {
    expect(new ClientGone()).toMatchObject({
      name: 'ClientGone',
      code: 'CLIENT_GONE',
      message: 'The client has left',
    })
    expect(new ClientGone(undefined, { cause: 1 }).cause).toBe(1)
  })
})

describe('TooSlow', () => {
  it('is a departure with a name of its own', () => {
    expect(new TooSlow()).toMatchObject({
      name: 'TooSlow',
      code: 'CLIENT_GONE',
      message: 'The client has read too slowly',
    })
    expect(new TooSlow()).toBeInstanceOf(ClientGone)
  })
})

describe('LifecycleError, ShuttingDown', () => {
  it('have codes of their own', () => {
    expect(new LifecycleError('x')).toMatchObject({
      name: 'LifecycleError',
      code: 'ILLEGAL_STEP',
      message: 'x',
    })
    expect(new ShuttingDown('x')).toMatchObject({ name: 'ShuttingDown', code: 'SHUTTING_DOWN', message: 'x' })
  })
})
