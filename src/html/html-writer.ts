// Writes what is there already, as deep as it goes, without a promise and without an object for each step. Where it
// meets what has to be waited for, it unwinds: each level leaves the frame that goes on from there.
import { describeValue, flush, isBytes } from '../body/block.ts'
import { Blocks } from '../body/blocks.ts'
import { isPromiseLike } from '../body/run-closers.ts'
import { isSource } from '../body/source.ts'
import { escapeHtml } from './escaping/escape-html.ts'
import { formatValue } from './format-value.ts'
import type { Hole, TextHole } from './parsing/hole.ts'
import { closePlace, Later, openPlace } from './later.ts'
import { Template, UnsafeHtml } from './template.ts'

/** Where writing goes on. */
export type Frame =
  | { readonly kind: 'template'; readonly template: Template; readonly at: number }
  | { readonly kind: 'list'; readonly list: readonly unknown[]; readonly at: number }
  | { readonly kind: 'source'; readonly blocks: Blocks }
  | { readonly kind: 'promise'; readonly promise: PromiseLike<unknown>; readonly hole: Hole }
  | { readonly kind: 'call'; readonly call: Function; readonly hole: Hole }
  | { readonly kind: 'flush' }
  | { readonly kind: 'late-parts' }

/** What a writer asks of the page that it writes for. */
export interface LaterPlaces {
  /** Gives the place of a part that comes later its id. */
  add(later: Later): string
}

/** How much text is made before it is sent, in UTF-16 units, though nothing has to be waited for. */
const ENOUGH = 16_384

export const textHole: TextHole = { kind: 'text' }

/** Makes the text of one block. */
export class HtmlWriter {
  text = ''
  #unwound: Frame[] = []
  readonly #places: LaterPlaces
  readonly #hasLateParts: boolean

  /** `hasLateParts`: whether parts that come late are sent at the end of the body. */
  constructor(places: LaterPlaces, hasLateParts: boolean) {
    this.#places = places
    this.#hasLateParts = hasLateParts
  }

  /** The text so far; the writer begins anew. */
  take(): string {
    const { text } = this
    this.text = ''
    return text
  }

  /** True when there is enough for a block, though nothing has to be waited for. */
  get isFull(): boolean {
    return this.text.length >= ENOUGH
  }

  /** Puts the frames where writing goes on on a stack, the next one last. */
  unwindTo(stack: Frame[]): void {
    if (this.#unwound.length === 0) return
    stack.push(...this.#unwound.reverse())
    this.#unwound = []
  }

  /** Writes a value; false when a frame was left. */
  write(value: unknown, hole: Hole): boolean {
    if (hole.kind === 'text') return this.#writeText(value)
    if (typeof value === 'function') return this.#leave({ kind: 'call', call: value, hole })
    if (isPromiseLike(value)) return this.#leave({ kind: 'promise', promise: value, hole })
    this.text += formatValue(value, hole)
    return true
  }

  /** Writes a template from one of its parts on. */
  writeTemplate(template: Template, from: number): boolean {
    const { parts, values } = template
    for (let at = from; at < parts.length; at++) {
      const part = parts[at]
      if (part === undefined) return true
      this.text += part.text
      const { next } = part
      if (next === undefined) continue
      const isWritten = next.kind === 'body-end' ? this.#endBody() : this.write(values[part.at], next)
      if (!isWritten || this.text.length >= ENOUGH)
        return this.#leave({ kind: 'template', template, at: at + 1 })
    }
    return true
  }

  /** Writes the values of a list, which are ready together. */
  writeList(list: readonly unknown[], from: number): boolean {
    for (let at = from; at < list.length; at++) {
      const isWritten = this.#writeText(list[at])
      if (!isWritten || this.text.length >= ENOUGH) return this.#leave({ kind: 'list', list, at: at + 1 })
    }
    return true
  }

  #writeText(value: unknown): boolean {
    switch (typeof value) {
      case 'string':
        this.text += escapeHtml(value)
        return true
      case 'number':
      case 'bigint':
        this.text += String(value)
        return true
      case 'boolean':
      case 'undefined':
        return true
      case 'function':
        return this.#leave({ kind: 'call', call: value, hole: textHole })
      case 'symbol':
        if (value === flush) return this.#leave({ kind: 'flush' })
        throw notHtml(value)
      case 'object':
        return value === null || this.#writeObject(value)
    }
  }

  #writeObject(value: object): boolean {
    if (value instanceof Template) return this.writeTemplate(value, 0)
    if (Array.isArray(value)) return this.writeList(value, 0)
    if (value instanceof UnsafeHtml) {
      this.text += value.text
      return true
    }
    if (value instanceof Later) return this.#writeLater(value)
    if (isPromiseLike(value)) return this.#leave({ kind: 'promise', promise: value, hole: textHole })
    if (value instanceof URL) return this.#writeText(value.href)
    if (!isSource(value) || isBytes(value)) throw notHtml(value)
    return this.#leave({ kind: 'source', blocks: new Blocks(value) })
  }

  #writeLater(later: Later): boolean {
    const id = this.#places.add(later)
    const place = [new UnsafeHtml(openPlace(id)), later.fallback, new UnsafeHtml(closePlace(id))]
    return this.writeList(place, 0)
  }

  #endBody(): boolean {
    return this.#hasLateParts ? this.#leave({ kind: 'late-parts' }) : true
  }

  #leave(frame: Frame): false {
    this.#unwound.push(frame)
    return false
  }
}

function notHtml(value: unknown): TypeError {
  return new TypeError(
    `Cannot write ${describeValue(value)} in HTML: give text, a number, a template, a list, a promise or a source of them`,
  )
}
