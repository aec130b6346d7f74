import { expect, it } from 'vitest'
import { markOffset } from './mark-offset.ts'

function header({ signature = 'PK\x01\x02', extra = 28, length = 46 }): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.write(signature, 'latin1')
  bytes.writeUInt16LE(extra, 30)
  return bytes
}

it('markOffset marks the offset in a header whose ZIP64 field holds it, and changes nothing else', () => {
  const made = header({})
  // It stands somewhere in a larger piece of memory.
  const inside = Buffer.concat([Buffer.alloc(5), made]).subarray(5)
  markOffset(inside)
  made.writeUInt32LE(0xffffffff, 42)
  expect(inside).toEqual(made)
})

it.each([{ extra: 0 }, { extra: 12 }, { signature: 'PK\x03\x04' }, { length: 47 }])(
  'markOffset leaves %j as it is',
  (change) => {
    const bytes = header(change)
    markOffset(bytes)
    expect(bytes).toEqual(header(change))
  },
)
