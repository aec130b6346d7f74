// Makes the text of a document as far as it is there already. Each place where writing goes on is a frame on a stack,
// so a document may be as deep and as long as it likes; what has to be waited for is left to whoever reads.
import { describeValue } from '../../body/block.ts'
import { Blocks } from '../../body/blocks.ts'
import { isReadOnce } from '../../body/source.ts'
import { isObject, isStreamed, isThenable, type Members, PlainValues } from './plain-values.ts'

/** A place where writing goes on; `at` is what comes next, `count` how many values were written there. */
export type JsonFrame =
  | {
      readonly kind: 'list'
      readonly list: readonly unknown[]
      readonly length: number
      at: number
      count: number
    }
  | {
      readonly kind: 'object'
      readonly object: Members
      readonly keys: readonly string[]
      at: number
      count: number
    }
  | { readonly kind: 'source'; readonly source: object; readonly blocks: Blocks; count: number }
  | { readonly kind: 'promise'; readonly promise: PromiseLike<unknown>; isAwaited: boolean }

type Container = Exclude<JsonFrame, { kind: 'promise' }>

/** How much text is made before it is sent, in UTF-16 units, though nothing has to be waited for. */
const ENOUGH = 4096

/** How many values of a list are made text together. */
const RUN = 16

/** Writes one document. */
export class JsonWriter {
  text = ''
  /** The innermost place last. */
  readonly frames: JsonFrame[] = []
  readonly #plain = new PlainValues()
  readonly #above = new Set<object>()
  readonly #read = new WeakSet<object>()
  readonly #indent: string

  /** `indent`: what each level is set in by; empty for none. */
  constructor(indent: string) {
    this.#indent = indent
  }

  /** The text so far; the writer goes on with none. */
  take(): string {
    const { text } = this
    this.text = ''
    return text
  }

  /** True when there is enough for a block, though nothing has to be waited for. */
  get isFull(): boolean {
    return this.text.length >= ENOUGH
  }

  /** What was got of an object and not written: it is to be closed with the rest. */
  takeFound(): unknown {
    return this.#plain.takeFound()
  }

  /** Writes a list up to what has to be waited for, or until there is enough. */
  writeList(frame: JsonFrame & { kind: 'list' }): void {
    const depth = this.frames.length
    while (frame.at < frame.length) {
      if (this.#indent === '' && this.#writeRun(frame)) continue
      this.write(frame.list[frame.at++])
      if (this.frames.length > depth || this.isFull) return
    }
    this.end(frame)
  }

  /** The text of what a source has given, where that is plain: the path of records. Undefined for all else. */
  formatItem(item: unknown, frame: JsonFrame & { kind: 'source' }): string | undefined {
    if (this.#indent !== '' || !isObject(item) || !this.#plain.has(item)) return undefined
    const text = JSON.stringify(item)
    return frame.count++ > 0 ? ',' + text : text
  }

  /** Writes an object up to what has to be waited for, or until there is enough. */
  writeObject(frame: JsonFrame & { kind: 'object' }): void {
    const depth = this.frames.length
    while (frame.at < frame.keys.length) {
      const key = frame.keys[frame.at++] ?? ''
      this.write(this.#plain.get(frame.object, key))
      if (this.frames.length > depth || this.isFull) return
    }
    this.end(frame)
  }

  /** Ends a list, an object or a source, the innermost frame. */
  end(frame: Container): void {
    this.frames.pop()
    this.#above.delete(containerOf(frame))
    if (frame.count > 0) this.#breakLine()
    this.text += frame.kind === 'object' ? '}' : ']'
  }

  /**
   * Writes a value in its place, or leaves the frame where it goes on.
   * @throws TypeError for what JSON has no form for: a cycle, a BigInt; for a whole document undefined, a function or
   * a symbol too, which are left out elsewhere.
   */
  write(value: unknown): void {
    if (isObject(value) && this.#plain.has(value)) this.#writeText(value)
    else this.#writeReplaced(isReplaceable(value) ? value.toJSON(this.#key()) : value)
  }

  // Plain values side by side are one call; false when there are none.
  #writeRun(frame: JsonFrame & { kind: 'list' }): boolean {
    const { list, length, at } = frame
    let end = at
    while (end < length && end - at < RUN && this.#plain.hasAny(list[end])) end++
    if (end === at || this.isFull) return false
    frame.at = end
    const text = JSON.stringify(list.slice(at, end)).slice(1, -1)
    this.text += frame.count > 0 ? ',' + text : text
    frame.count += end - at
    return true
  }

  #writeReplaced(value: unknown): void {
    if (isThenable(value)) this.frames.push({ kind: 'promise', promise: value, isAwaited: false })
    else if (isStreamed(value)) this.#openSource(value)
    else if (isObject(value) && !this.#plain.has(value)) this.#openContainer(value)
    else this.#writeText(value)
  }

  #openContainer(value: Members): void {
    this.#refuseCycle(value)
    this.#begin()
    this.#above.add(value)
    if (isList(value)) this.#open('[', { kind: 'list', list: value, length: value.length, at: 0, count: 0 })
    else this.#open('{', { kind: 'object', object: value, keys: Object.keys(value), at: 0, count: 0 })
  }

  #openSource(source: object): void {
    this.#refuseSecondReading(source)
    this.#refuseCycle(source)
    this.#begin()
    // A generator function gives another list each time that it is called.
    if (typeof source !== 'function') this.#above.add(source)
    this.#open('[', { kind: 'source', source, blocks: new Blocks(source), count: 0 })
  }

  #open(bracket: string, frame: Container): void {
    this.text += bracket
    this.frames.push(frame)
  }

  #writeText(value: unknown): void {
    const text = this.#format(value)
    if (text === undefined) return this.#writeNothing(value)
    this.#begin()
    this.text += this.#indent === '' || !isObject(value) ? text : text.replaceAll('\n', this.#newLine())
  }

  // What JSON has no form for is null in a list, and left out of an object, as JSON.stringify does.
  #writeNothing(value: unknown): void {
    const frame = this.frames.at(-1)
    if (frame?.kind === 'object') return
    if (!frame) throw this.#refuse(`it is ${describeValue(value)}, which JSON has no form for; give null`)
    this.#begin()
    this.text += 'null'
  }

  #format(value: unknown): string | undefined {
    try {
      return JSON.stringify(value, undefined, this.#indent || undefined)
    } catch (cause) {
      if (typeof value !== 'bigint') throw cause
      throw this.#refuse(`it is ${describeValue(value)}; give it as text, or as a number`, { cause })
    }
  }

  // What stands before a value in its place.
  #begin(): void {
    const frame = this.frames.at(-1)
    if (!frame || frame.kind === 'promise') return
    if (frame.count++ > 0) this.text += ','
    this.#breakLine()
    if (frame.kind !== 'object') return
    this.text += JSON.stringify(frame.keys[frame.at - 1]) + (this.#indent === '' ? ':' : ': ')
  }

  #breakLine(): void {
    if (this.#indent !== '') this.text += this.#newLine()
  }

  #newLine(): string {
    return '\n' + this.#indent.repeat(this.frames.length)
  }

  #key(): string {
    const frame = this.frames.at(-1)
    if (!frame || frame.kind === 'promise') return ''
    if (frame.kind === 'object') return frame.keys[frame.at - 1] ?? ''
    return String(frame.kind === 'list' ? frame.at - 1 : frame.count)
  }

  #refuseCycle(value: object): void {
    if (this.#above.has(value)) throw this.#refuse('it is a part of itself; give data without cycles')
  }

  // Read a second time it would be an empty list, and nobody would know.
  #refuseSecondReading(source: object): void {
    if (!isReadOnce(source)) return
    if (this.#read.has(source))
      throw this.#refuse('it was read before, elsewhere in the document; read it once')
    this.#read.add(source)
  }

  #refuse(state: string, options?: ErrorOptions): TypeError {
    return new TypeError(`Cannot write ${this.#path()} as JSON: ${state}`, options)
  }

  #path(): string {
    let path = '$'
    for (const frame of this.frames) {
      if (frame.kind === 'object') path += `[${JSON.stringify(frame.keys[frame.at - 1])}]`
      else if (frame.kind === 'list') path += `[${frame.at - 1}]`
      else if (frame.kind === 'source') path += `[${frame.count}]`
    }
    return path.replaceAll(/\["([a-z_$][\w$]*)"\]/gi, '.$1')
  }
}

function containerOf(frame: Container): object {
  if (frame.kind === 'source') return frame.source
  return frame.kind === 'list' ? frame.list : frame.object
}

// A list that is one by its type: `Array.isArray` does not tell that of an object with members.
function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value)
}

function isReplaceable(value: unknown): value is { toJSON(key: string): unknown } {
  if (value === null || value === undefined) return false
  if (typeof value !== 'object' && typeof value !== 'bigint' && typeof value !== 'function') return false
  return typeof Reflect.get(Object(value), 'toJSON') === 'function'
}
