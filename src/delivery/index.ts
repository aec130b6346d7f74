export {
  blockSent,
  clientAwaited,
  clientResumed,
  type ClosedMoment,
  type CommitMoment,
  headCommitted,
  replyClosed,
  type ReplyMoment,
  type RequestMoment,
  requestRead,
  type SentMoment,
} from './channels.ts'
export { ClientGone, ContractError, type Guarantee, LifecycleError, ShuttingDown, TooSlow } from './errors.ts'
export { decideFraming, type Framing, type FramingFacts, isBodiless } from './framing.ts'
export { advance, type Move, type State, transitions } from './lifecycle.ts'
export { type Delivery, type Heartbeat, Pump, type PumpPlan } from './pump.ts'
export type { FirstBlock, Outcome, Sink } from './sink.ts'
