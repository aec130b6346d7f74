export { type BlockListener, watchBlocks } from './watching/watch-blocks.ts'
export {
  type Awaited,
  blockSent,
  type CallMoment,
  clientAwaited,
  clientResumed,
  type ClosedMoment,
  type CommitMoment,
  firstBlockSent,
  headCommitted,
  type LiveReplies,
  type LiveReply,
  type OverMoment,
  type Progress,
  repliesCalled,
  replyClosed,
  type ReplyMoment,
  replyOver,
  type RequestMoment,
  requestRead,
  requestRedirected,
  type SentMoment,
  type WatchedReply,
} from './channels.ts'
export {
  ClientGone,
  ContractError,
  Draining,
  type Guarantee,
  LifecycleError,
  ShuttingDown,
  TooSlow,
} from './errors.ts'
export { decideFraming, type Framing, type FramingFacts, isBodiless } from './framing.ts'
export { advance, type Move, type State, transitions } from './lifecycle.ts'
export { Pump } from './pump.ts'
export type { Delivery, Heartbeat, LastBlock, PumpPlan } from './pump-plan.ts'
export type { FirstBlock, Outcome, Sink } from './sink.ts'
