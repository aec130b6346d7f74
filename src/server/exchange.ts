// One request and its reply, from the first handler to the last `onClose`, whatever happens to either.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Bytes, isBytes, toUint8Array } from '../body/block.ts'
import { type Blocks, toBlocks } from '../body/blocks.ts'
import { isPromiseLike, runClosers } from '../body/closing.ts'
import { collectBytes } from '../body/collect.ts'
import { runInContext } from '../context/current-context.ts'
import { RequestContext, type RequestFacts } from '../context/request-context.ts'
import { replyClosed, requestRead } from '../delivery/channels.ts'
import { ClientGone, ShuttingDown } from '../delivery/errors.ts'
import { isBodiless } from '../delivery/framing.ts'
import { Pump } from '../delivery/pump.ts'
import type { Outcome } from '../delivery/sink.ts'
import type { Replyable } from '../gateway/handler.ts'
import type { Endpoint, Match } from '../gateway/router.ts'
import { isAnswer, toErrorReply } from '../gateway/to-error-reply.ts'
import { toReply } from '../gateway/to-reply.ts'
import { toTrailerFields } from '../reply/head.ts'
import { HttpError, InternalRedirect } from '../reply/http-error.ts'
import { Reply, reply } from '../reply/reply.ts'
import type { Connection, Live } from './connection.ts'
import { Http1Sink } from './http1-sink.ts'
import { NodeRequest, RedirectedRequest } from './node-request.ts'
import { OutgoingHead } from './outgoing-head.ts'
import type { Application } from './application.ts'

const TEXT = ['content-type', 'text/plain; charset=utf-8', 'content-length']
const BYTES = ['content-type', 'application/octet-stream', 'content-length']

export class Exchange implements Live {
  readonly #application: Application
  readonly #connection: Connection
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  #facts: RequestFacts | undefined
  #context: RequestContext | undefined
  #isStreamed = false
  #visited: Set<string> | undefined
  #isContinueDue: boolean
  #aborted: Error | undefined
  #pump: Pump | undefined
  #collecting: Blocks | undefined
  #reply: Response | undefined
  #refusal: unknown
  #isOver = false
}
