import type { ReplyInit } from '../reply/reply-options.ts'
import type { TemplateData, TemplateEngine } from './template-engine.ts'
import { TemplateStream } from './template-stream.ts'
import { templateType } from './template-type.ts'

/**
 * A template as a streamed reply, rendered piece by piece: `template(engine, 'page.html', { rows })`. The content type
 * comes from the name. Pieces leave by the turn, unless `delivery` says otherwise. What fails before the first piece
 * becomes a whole error reply. Generators and streams among the data are closed with it, read or not.
 */
export function template(
  engine: TemplateEngine,
  name: string,
  ...[data = {}, init = {}]: [data?: TemplateData, init?: ReplyInit]
): TemplateStream {
  const headers = new Headers(init.headers)
  if (!headers.has('content-type')) headers.set('content-type', templateType(name))
  return new TemplateStream(engine.open(name, data), { ...init, headers })
}
