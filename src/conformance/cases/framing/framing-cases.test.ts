import { describeBroken } from '../../../../test/conformance/describe-broken.ts'
import { g03HeadCommitsOnce } from './g03-head-commits-once.ts'
import { g04FailureShows } from './g04-failure-shows.ts'
import { g06ContentLength } from './g06-content-length.ts'
import { g07NoBody } from './g07-no-body.ts'
import { g08OneFraming } from './g08-one-framing.ts'

describeBroken([
  ...g03HeadCommitsOnce,
  ...g04FailureShows,
  ...g06ContentLength,
  ...g07NoBody,
  ...g08OneFraming,
])
