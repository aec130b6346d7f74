import nunjucks from 'nunjucks'
import { type JinjaEngine, jinja } from '../../src/templates/jinja.ts'
import { template } from '../../src/templates/template.ts'
import { commonData } from './common-data.ts'
import type { CorpusCase } from './corpus-case.ts'

/** The engine of a case; its environment is that of nunjucks, so both render the same templates. */
export function engineOf({ main, others = {}, options = {} }: CorpusCase): JinjaEngine {
  return jinja(nunjucks, { templates: { main, ...others }, ...options })
}

/** What nunjucks itself makes of a case. */
export function renderWhole(engine: JinjaEngine, { data = commonData }: CorpusCase): string {
  const { environment } = engine
  if (!(environment instanceof nunjucks.Environment))
    throw new TypeError('the environment is not of nunjucks')
  return environment.render('main', data())
}

/** A stream of a case, with data of its own. */
export function streamOf(engine: JinjaEngine, { data = commonData }: CorpusCase) {
  return template(engine, 'main', data())
}

/** The pieces of an iterable, in a list. */
export async function listPieces(pieces: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = []
  for await (const piece of pieces) list.push(piece)
  return list
}
