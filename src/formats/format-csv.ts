import { describeValue, isBytes } from '../body/block.ts'
import { type CsvHead, type CsvOptions, toCsvDialect } from './csv-options.ts'
import { CsvWriter } from './csv-writer.ts'
import { formatRecords, type RecordEncoder, type RecordItem, type RecordText } from './format-records.ts'
import { RecordError, type RecordErrorCode } from './record-error.ts'

/**
 * Records as CSV by RFC 4180: lines end with CRLF, dates are ISO 8601, null and undefined are empty, a
 * negative number stays a number. A record is an object or an array of fields. An array whose first element
 * is itself an object or an array (no `Date`, no bytes), or that is empty, is a batch of records. Each item
 * gives one block. The source is started by the first block that is asked for and closed with the result.
 * @throws TypeError at once for a bad option; RecordError from the result for a record that cannot be
 * written: the records before it in its batch are not written either.
 */
export function formatCsv(records: Iterable<RecordItem>, options?: CsvOptions): Generator<RecordText>
export function formatCsv(
  records: AsyncIterable<RecordItem>,
  options?: CsvOptions,
): AsyncGenerator<RecordText>
export function formatCsv(
  records: Iterable<RecordItem> | AsyncIterable<RecordItem>,
  options?: CsvOptions,
): Generator<RecordText> | AsyncGenerator<RecordText>
export function formatCsv(
  records: Iterable<RecordItem> | AsyncIterable<RecordItem>,
  options?: CsvOptions,
): Generator<RecordText> | AsyncGenerator<RecordText> {
  return formatRecords(records, createCsvEncoder(options))
}

/**
 * What {@link formatCsv} does to each item, for a caller that reads the source itself.
 * @throws TypeError for a bad option.
 */
export function createCsvEncoder(options?: CsvOptions): RecordEncoder {
  return new CsvEncoder(options)
}

/** How fields find their place: `given` and `taken` by key, `rows` by position. */
type Layout =
  | { readonly kind: 'given'; readonly keys: readonly string[] }
  | TakenLayout
  | { readonly kind: 'rows'; readonly width: number }

interface TakenLayout {
  readonly kind: 'taken'
  readonly keys: readonly string[]
  readonly known: ReadonlySet<string>
}

class CsvEncoder implements RecordEncoder {
  readonly #writer: CsvWriter
  readonly #header: boolean
  #mark: string
  #given: CsvHead | undefined
  #layout: Layout | undefined
  #number = 0

  constructor(options: CsvOptions | undefined) {
    const dialect = toCsvDialect(options)
    this.#writer = new CsvWriter(dialect)
    this.#header = dialect.header
    this.#mark = dialect.bom ? '\uFEFF' : ''
    this.#given = dialect.columns
  }

  encode(item: unknown): string {
    this.#writer.open()
    try {
      if (isBatch(item)) for (const record of item) this.#write(record)
      else this.#write(item)
    } catch (error) {
      this.#writer.close()
      throw error instanceof RecordError ? error : this.#unreadable(error)
    }
    return this.#marked(this.#writer.close())
  }

  end(): string {
    if (this.#given === undefined || this.#layout !== undefined || !this.#header) return ''
    this.#writer.open()
    this.#writeTitles(this.#given.titles)
    return this.#marked(this.#writer.close())
  }

  #marked(text: string): string {
    if (this.#mark === '' || text === '') return text
    const marked = this.#mark + text
    this.#mark = ''
    return marked
  }

  #write(record: unknown): void {
    this.#number++
    if (!isRecord(record)) throw this.#notARecord(describeValue(record))
    const layout = this.#layout ?? this.#start(record)
    if (isRow(record)) this.#writeRow(record, layout)
    else if (layout.kind === 'taken') this.#writeTaken(record, layout)
    else if (layout.kind === 'given') this.#writeByKey(record, layout.keys, 0)
    else throw this.#notARecord('an object, the first was an array')
    this.#writer.endLine()
  }

  /** Settles the columns with the first record, and writes the titles. */
  #start(record: Row | Fields): Layout {
    const layout = this.#toLayout(record)
    this.#layout = layout
    if (this.#header && layout.kind !== 'rows') this.#writeTitles(this.#given?.titles ?? layout.keys)
    return layout
  }

  #toLayout(record: Row | Fields): Layout {
    if (isBytes(record)) throw this.#notARecord(describeValue(record))
    if (this.#given !== undefined) return { kind: 'given', keys: this.#given.keys }
    if (isRow(record)) {
      if (record.length === 0) throw this.#error('NO_FIELDS', 'it has no fields; give it at least one')
      return { kind: 'rows', width: record.length }
    }
    const keys = Object.keys(record)
    if (keys.length > 0) return { kind: 'taken', keys, known: new Set(keys) }
    throw this.#error(
      'NO_FIELDS',
      `it is ${describeValue(record)} without fields; give it one or name \`columns\``,
    )
  }

  #writeTitles(titles: readonly string[]): void {
    for (let i = 0; i < titles.length; i++) this.#field(titles[i], i)
    this.#writer.endLine()
  }

  #writeRow(row: Row, layout: Layout): void {
    if (layout.kind === 'taken') throw this.#notARecord('an array, the first was an object')
    const width = layout.kind === 'rows' ? layout.width : layout.keys.length
    if (row.length !== width) throw this.#wrongWidth(row.length, width)
    for (let i = 0; i < width; i++) this.#field(row[i], i)
  }

  // Objects of one kind list the same keys in the same order, so comparing them is all that the check for
  // unknown keys costs; whatever differs goes on by key.
  #writeTaken(record: Fields, layout: TakenLayout): void {
    const { keys } = layout
    let i = 0
    for (const key in record) {
      if (key !== keys[i]) return this.#writeRest(record, layout, i)
      this.#field(record[key], i++)
    }
    if (i < keys.length) this.#writeRest(record, layout, i)
  }

  #writeRest(record: Fields, { keys, known }: TakenLayout, from: number): void {
    const unknown = Object.keys(record).find((key) => !known.has(key))
    if (unknown === undefined) return this.#writeByKey(record, keys, from)
    const state = `it has a field ${JSON.stringify(unknown)} that the first had not`
    throw this.#error('UNKNOWN_FIELD', `${state}; name \`columns\` to keep or drop it`)
  }

  #writeByKey(record: Fields, keys: readonly string[], from: number): void {
    let isBlank = from === 0
    for (let i = from; i < keys.length; i++) {
      const value = record[keys[i] ?? '']
      if (value !== undefined) isBlank = false
      this.#field(value, i)
    }
    if (!isBlank || keys.some((key) => key in record)) return
    throw this.#error('NO_FIELDS', `it is ${describeValue(record)} that has none of the columns`)
  }

  #field(value: unknown, index: number): void {
    if (index > 0) this.#writer.separate()
    if (!this.#writer.field(value)) throw this.#wrongValue(value, index)
  }

  #wrongValue(value: unknown, index: number): RecordError {
    const key =
      this.#layout === undefined || this.#layout.kind === 'rows' ? undefined : this.#layout.keys[index]
    const column = key === undefined ? `column ${index + 1}` : `column ${JSON.stringify(key)}`
    const state = `${column} is ${describeValue(value)}; give text, a number, a boolean, a valid Date or null`
    return this.#error('FIELD_VALUE', state)
  }

  #wrongWidth(width: number, expected: number): RecordError {
    const reason = this.#given ? `\`columns\` names ${expected}` : `the first had ${expected}`
    return this.#error('FIELD_COUNT', `it has ${width} ${width === 1 ? 'field' : 'fields'}, ${reason}`)
  }

  #notARecord(description: string): RecordError {
    return this.#error('NOT_A_RECORD', `it is ${description}; give an object or an array of fields`)
  }

  #unreadable(cause: unknown): RecordError {
    return this.#error('UNREADABLE', 'reading its fields threw an error, which is the cause', { cause })
  }

  #error(code: RecordErrorCode, state: string, options?: ErrorOptions): RecordError {
    return new RecordError({ ...options, code, format: 'CSV', record: this.#number, state })
  }
}

type Fields = Readonly<Record<string, unknown>>
type Row = readonly unknown[]

function isBatch(item: unknown): item is readonly unknown[] {
  if (!Array.isArray(item)) return false
  if (item.length === 0) return true
  const first: unknown = item[0]
  return typeof first === 'object' && first !== null && !(first instanceof Date) && !isBytes(first)
}

function isRecord(item: unknown): item is Row | Fields {
  return typeof item === 'object' && item !== null
}

function isRow(record: Row | Fields): record is Row {
  return Array.isArray(record)
}
