export type {
  BlockEvents,
  BlockRun,
  EndedReply,
  InspectedProcess,
  InspectorEvents,
  LiveReply,
  ReplyChange,
  ReplyFacts,
  ReplyState,
  Snapshot,
  Totals,
  Turn,
} from './inspector-event.ts'
export { inspector, type InspectorOptions } from './inspector.ts'
