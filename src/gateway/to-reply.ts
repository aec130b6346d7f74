import { type Body, isSource } from '../body/source.ts'
import { reply, stream } from '../reply/reply.ts'

/**
 * What a handler has answered, as a `Response`: whatever is not one already becomes the body of a buffered reply, or
 * of a streamed one.
 * @throws TypeError when it is nothing that can be sent, `undefined` above all.
 */
export function toReply(answer: Response | Body, isStreamed: boolean): Response {
  if (isResponse(answer)) return answer
  if (isReplyMaker(answer)) return answer.toReply()
  if (answer === undefined) {
    throw new TypeError(
      "Cannot send what the handler returned: it returned nothing; return '' for an empty body",
    )
  }
  return isStreamed && isSource(answer) ? stream(answer) : reply(answer)
}

// By its shape: other libraries bring a `Response` class of their own, or put theirs in place of the global one.
function isResponse(answer: unknown): answer is Response {
  if (typeof answer !== 'object' || answer === null) return false
  return 'status' in answer && 'headers' in answer && 'bodyUsed' in answer && 'arrayBuffer' in answer
}

/** A body that knows in what reply it wants to be sent: of which type, and that it is streamed. */
interface ReplyMaker {
  toReply(): Response
}

function isReplyMaker(answer: unknown): answer is ReplyMaker {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'toReply' in answer &&
    typeof answer.toReply === 'function'
  )
}
