import { g01NoBlockWaits } from './cases/delivery/g01-no-block-waits.ts'
import { g02BackPressure } from './cases/delivery/g02-back-pressure.ts'
import { g11Middleware } from './cases/delivery/g11-middleware.ts'
import { g03HeadCommitsOnce } from './cases/framing/g03-head-commits-once.ts'
import { g04FailureShows } from './cases/framing/g04-failure-shows.ts'
import { g06ContentLength } from './cases/framing/g06-content-length.ts'
import { g07NoBody } from './cases/framing/g07-no-body.ts'
import { g08OneFraming } from './cases/framing/g08-one-framing.ts'
import { g12NothingInjects } from './cases/safety/g12-nothing-injects.ts'
import { g13HostileClients } from './cases/safety/g13-hostile-clients.ts'
import { g14Drain } from './cases/safety/g14-drain.ts'
import { g05ClosedOnce } from './cases/sources/g05-closed-once.ts'
import { g09Context } from './cases/sources/g09-context.ts'
import { g10Departure } from './cases/sources/g10-departure.ts'
import type { ConformanceCase, Guarantee } from './conformance-case.ts'

/** The numbers of docs/contract.md. */
export const guarantees: readonly Guarantee[] = [
  'G1',
  'G2',
  'G3',
  'G4',
  'G5',
  'G6',
  'G7',
  'G8',
  'G9',
  'G10',
  'G11',
  'G12',
  'G13',
  'G14',
]

/** All cases, in the order of the contract. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...g01NoBlockWaits,
  ...g02BackPressure,
  ...g03HeadCommitsOnce,
  ...g04FailureShows,
  ...g05ClosedOnce,
  ...g06ContentLength,
  ...g07NoBody,
  ...g08OneFraming,
  ...g09Context,
  ...g10Departure,
  ...g11Middleware,
  ...g12NothingInjects,
  ...g13HostileClients,
  ...g14Drain,
]
