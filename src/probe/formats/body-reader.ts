import type { BodyFormat } from '../measurement.ts'
import { CsvRecords } from './csv-records.ts'
import { findFormat, guessFormat } from './find-format.ts'
import { HtmlPage } from './html-page.ts'
import { JsonText } from './json-text.ts'
import { MultipartParts } from './multipart-parts.ts'
import { NdjsonRecords } from './ndjson-records.ts'
import { SseEvents } from './sse-events.ts'
import type { Findings, TextFormat } from './text-format.ts'
import { TextLines } from './text-lines.ts'

/** Reads the decoded bytes of a body in its format. Without a type the first bytes decide. */
export class BodyReader {
  readonly #type: string
  #format: BodyFormat | undefined
  #reader: TextFormat | undefined
  #decoder: TextDecoder | undefined

  /** Takes the value of the field Content-Type; empty for none. */
  constructor(type: string) {
    this.#type = type
    if (type.trim() !== '') this.#choose(findFormat(type))
  }

  get format(): BodyFormat {
    return this.#format ?? 'none'
  }

  get unitName(): string | undefined {
    return this.#reader?.unitName
  }

  get isInside(): boolean {
    return this.#reader?.isInside ?? false
  }

  /** Takes decoded bytes, and tells how many units they have completed. */
  read(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0
    if (this.#format === undefined) this.#choose(guessFormat(bytes))
    const text = this.#decoder?.decode(bytes, { stream: true })
    return text === undefined ? 0 : (this.#reader?.read(text) ?? 0)
  }

  /** `isCounted`: the length of the body was known ahead. */
  finish(isCounted: boolean): Findings {
    if (!this.#reader || !this.#decoder) return { faults: [], hints: [] }
    // What the decoder still holds is the beginning of a character.
    const isCut = this.#decoder.decode() !== ''
    const findings = this.#reader.finish(isCounted)
    return isCut
      ? { ...findings, faults: [...findings.faults, 'it ends in the middle of a character'] }
      : findings
  }

  #choose(format: BodyFormat): void {
    this.#format = format
    this.#reader = createFormat(format, this.#type)
    this.#decoder = this.#reader && createDecoder(format, this.#type)
  }
}

function createFormat(format: BodyFormat, type: string): TextFormat | undefined {
  switch (format) {
    case 'sse':
      return new SseEvents()
    case 'csv':
      return new CsvRecords()
    case 'ndjson':
      return new NdjsonRecords()
    case 'json':
      return new JsonText()
    case 'html':
      return new HtmlPage()
    case 'text':
      return new TextLines()
    case 'multipart': {
      const boundary = readParameter(type, 'boundary')
      return boundary === undefined ? undefined : new MultipartParts(boundary, /x-mixed-replace/i.test(type))
    }
    default:
      return undefined
  }
}

function createDecoder(format: BodyFormat, type: string): TextDecoder {
  const label = format === 'multipart' ? 'latin1' : (readParameter(type, 'charset') ?? 'utf-8')
  try {
    return new TextDecoder(label)
  } catch {
    // A charset that nobody knows: the signs that the formats look for are ASCII in most of them.
    return new TextDecoder('latin1')
  }
}

function readParameter(type: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(type)
  return found?.[1] ?? found?.[2]
}
