import { expect, it } from 'vitest'
import { createMeasurement } from '../../../test/support/create-probe-report.ts'
import { tellCrop } from './tell-crop.ts'

it('tellCrop speaks only where blocks were counted, but not kept', () => {
  expect(tellCrop(createMeasurement([1, 2]))).toBeUndefined()
  expect(tellCrop(createMeasurement([1, 2], { blockCount: 90_000 }))).toBe(
    'drawn are the first 2 of 90,000 blocks',
  )
})
