/** A template of the corpus: `main` is rendered, the others are found by name. Data are made anew for each rendering. */
export interface CorpusCase {
  readonly title: string
  readonly main: string
  readonly others?: Readonly<Record<string, string>>
  readonly data?: () => Record<string, unknown>
  readonly options?: CorpusOptions
}

export interface CorpusOptions {
  autoescape?: boolean
  trimBlocks?: boolean
  lstripBlocks?: boolean
  tags?: Readonly<Record<string, string>>
}

type Row = readonly [title: string, main: string, more?: Omit<CorpusCase, 'title' | 'main'>]

/** Cases in short. */
export function toCases(rows: readonly Row[]): CorpusCase[] {
  return rows.map(([title, main, more]) => ({ title, main, ...more }))
}
