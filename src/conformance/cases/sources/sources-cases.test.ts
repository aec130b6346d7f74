import { describeBroken } from '../../../../test/conformance/describe-broken.ts'
import { g05ClosedOnce } from './g05-closed-once.ts'
import { g09Context } from './g09-context.ts'
import { g10Departure } from './g10-departure.ts'

describeBroken([...g05ClosedOnce, ...g09Context, ...g10Departure])
