import { describeValue } from '../body/block.ts'

/** A column: the key of its field in a record, which is its title too, or both. */
export type CsvColumn = string | { readonly key: string; readonly title: string }

/** Which columns, in which order: a list, or a map from key to title. */
export type CsvColumns = readonly CsvColumn[] | Readonly<Record<string, string>>

/** How records become CSV. */
export interface CsvOptions {
  /**
   * The columns. Fields of an object that are not named here are left out; for records that are arrays they
   * are the titles. Without them, the keys of the first record are the columns, and a key that they lack is
   * an error.
   */
  readonly columns?: CsvColumns | undefined
  /** Whether the titles are the first line; true unless told. Arrays without `columns` have no titles. */
  readonly header?: boolean | undefined
  /** One ASCII character; a comma unless told. */
  readonly delimiter?: string | undefined
  /** Whether the text begins with a byte order mark, which old versions of Excel want; false unless told. */
  readonly bom?: boolean | undefined
  /**
   * What happens to text that a spreadsheet would run as a formula (G12): `guard`, the default, puts an
   * apostrophe before it. Numbers are never guarded, so a negative number stays one.
   */
  readonly formulas?: 'guard' | 'allow' | undefined
}

/** The names of {@link CsvOptions}. */
export const csvOptionNames: readonly string[] = ['columns', 'header', 'delimiter', 'bom', 'formulas']

/** Columns that were checked. */
export interface CsvHead {
  readonly keys: readonly string[]
  readonly titles: readonly string[]
}

/** Options that were checked, with the defaults filled in. */
export interface CsvDialect {
  readonly columns: CsvHead | undefined
  readonly header: boolean
  readonly delimiter: string
  readonly bom: boolean
  readonly guard: boolean
}

// What stands unquoted in numbers, dates and booleans cannot part fields.
const notADelimiter = /["\r\n\0+\-.:0-9A-Za-z]/

/**
 * Checks the options of a CSV text.
 * @throws TypeError that names the option.
 */
export function toCsvDialect(options: CsvOptions = {}): CsvDialect {
  const { columns, header = true, delimiter = ',', bom = false, formulas = 'guard' } = options
  checkDelimiter(delimiter)
  if (formulas !== 'guard' && formulas !== 'allow') {
    throw new TypeError(
      `Cannot write CSV: \`formulas\` is ${describeValue(formulas)}; give 'guard' or 'allow'`,
    )
  }
  return { columns: columns && toCsvHead(columns), header, delimiter, bom, guard: formulas === 'guard' }
}

function checkDelimiter(delimiter: unknown): void {
  const fits =
    typeof delimiter === 'string' && /^[\0-\x7f]$/.test(delimiter) && !notADelimiter.test(delimiter)
  if (fits) return
  throw new TypeError(
    `Cannot write CSV: \`delimiter\` is ${describeValue(delimiter)}; ` +
      'give one ASCII character that is not a quote, a line break, a letter, a digit or one of + - . :',
  )
}

function toCsvHead(columns: CsvColumns): CsvHead {
  const list: readonly CsvColumn[] = isList(columns) ? columns : Object.entries(columns).map(toColumn)
  if (list.length === 0)
    throw new TypeError('Cannot write CSV: `columns` is empty; leave it out or name a column')
  for (const column of list) checkColumn(column)
  return {
    keys: list.map((column) => (typeof column === 'string' ? column : column.key)),
    titles: list.map((column) => (typeof column === 'string' ? column : column.title)),
  }
}

function isList(columns: CsvColumns): columns is readonly CsvColumn[] {
  return Array.isArray(columns)
}

function toColumn([key, title]: [string, string]): CsvColumn {
  return { key, title }
}

function checkColumn(column: unknown): void {
  if (typeof column === 'string') return
  const fits =
    typeof column === 'object' &&
    column !== null &&
    'key' in column &&
    'title' in column &&
    typeof column.key === 'string' &&
    typeof column.title === 'string'
  if (fits) return
  throw new TypeError(
    `Cannot write CSV: one of \`columns\` is ${describeValue(column)}; give a key or { key, title }`,
  )
}
