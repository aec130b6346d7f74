import { describeBroken } from '../../../../test/conformance/describe-broken.ts'
import { g01NoBlockWaits } from './g01-no-block-waits.ts'
import { g02BackPressure } from './g02-back-pressure.ts'
import { g11Middleware } from './g11-middleware.ts'

describeBroken([...g01NoBlockWaits, ...g02BackPressure, ...g11Middleware])
