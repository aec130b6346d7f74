import type { CorpusCase } from './corpus-case.ts'
import { referenceCases } from './reference-cases.ts'
import { statementCases } from './statement-cases.ts'
import { valueCases } from './value-cases.ts'

/** Every construct of the syntax, in small templates. */
export const corpus: readonly CorpusCase[] = Object.entries({
  ...valueCases,
  ...statementCases,
  ...referenceCases,
}).flatMap(([part, cases]) => cases.map((one) => ({ ...one, title: `${part}: ${one.title}` })))
