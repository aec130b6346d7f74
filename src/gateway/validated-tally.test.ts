import { expect, it } from 'vitest'
import { flush } from '../body/block.ts'
import { ValidatedTally } from './validated-tally.ts'

function tallyOf(...blocks: Parameters<ValidatedTally['add']>[0][]): ValidatedTally {
  const tally = new ValidatedTally()
  for (const block of blocks) tally.add(block)
  return tally
}

it('ValidatedTally counts blocks, bytes and flushes, in lists too', () => {
  expect(tallyOf('ä', ['x', [flush, new Uint8Array(3)]], flush)).toMatchObject({
    blocks: 3,
    bytes: 6,
    flushes: 2,
  })
})

it('ValidatedTally tells bodies apart by their bytes, not by their blocks', () => {
  expect(tallyOf('one', 'two').isSameAs(tallyOf(['o', Buffer.from('netw')], 'o'))).toBe(true)
  expect(tallyOf('one').isSameAs(tallyOf('eno'))).toBe(false)
  expect(tallyOf('one').isSameAs(tallyOf('on'))).toBe(false)
})

it('ValidatedTally names what was kept back', () => {
  tallyOf('one').checkGiven(tallyOf('', 'one'))
  expect(() => tallyOf('one', 'two').checkGiven(tallyOf('onetwo'))).toThrow('taken 2 and given 1')
  expect(() => tallyOf('one', flush).checkGiven(tallyOf('one', ''))).toThrow('Cannot swallow flush')
})
