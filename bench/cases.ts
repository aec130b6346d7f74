import { inspectCases } from './inspect-cases.ts'
import { observeCases } from './observe-cases.ts'
import { type SpeedCase, speedCases } from './speed-cases.ts'
import { type DelayCase, delayCases, type MemoryCase, memoryCases } from './stream-cases.ts'

export type Case = SpeedCase | MemoryCase | DelayCase

/** Every case, in the order in which they run. */
export const cases: Case[] = [...speedCases, ...observeCases, ...inspectCases, ...memoryCases, ...delayCases]
