// Follows the tokenizer of the HTML standard (§13.2.5) through the texts of a template, as far as it has to be known
// what a value between two of them would become.
import { attributeFault } from '../escaping/attribute-format.ts'
import { HOLE } from '../escaping/url-format.ts'
import { toHole, type Hole, type Place } from './hole.ts'

// Their content is no HTML.
const rawElements = /^(?:title|textarea|script|style|iframe|noembed|noframes|plaintext|xmp)$/
// The parser drops a line end that comes right after their start tag.
const dropsLineEnd = /^(?:textarea|pre|listing)$/

const bodyEnd = /<\/(?:body|html)(?=[\t\n\f\r />])/iy
const placeNames: Readonly<Record<Exclude<Place['kind'], 'data' | 'raw'>, string>> = {
  'tag name': 'a tag',
  tag: 'a tag',
  'attribute name': 'a tag',
  unquoted: 'an attribute',
  quoted: 'the quotes of an attribute',
  comment: 'a comment',
  declaration: 'a declaration',
}

/** Reads the texts of one template in order, with a call of {@link TemplateScanner.hole} between them. */
export class TemplateScanner {
  #place: Place = { kind: 'data' }
  #text = ''
  #at = 0
  #element = ''
  #isEndTag = false
  #attributes = new Set<string>()
  #hasContentHole = false
  #attributeStart = 0
  #dropsLineEndAt = -1
  #bodyEnd: number | undefined

  /**
   * Reads one text, which stands after a value unless it is the first.
   * @throws TypeError for what would make values before or after it unsafe.
   */
  scan(text: string): void {
    this.#text = text
    this.#at = 0
    this.#dropsLineEndAt = -1
    this.#bodyEnd = undefined
    while (this.#at < text.length) this.#step()
  }

  /** What a value becomes between the text read last and this one; throws where there is no safe way. */
  hole(after: string): Hole {
    const place = this.#place
    const hole = toHole(place, after)
    if (hole.kind === 'fault') return this.#refuse(hole.fault)
    if (place.kind === 'quoted' || place.kind === 'raw') place.before += HOLE
    if (place.kind === 'quoted' && place.name === 'content') this.#hasContentHole = true
    return hole
  }

  /** True where the text read last ends in a start tag after which the parser drops a line end. */
  get dropsLineEnd(): boolean {
    return this.#dropsLineEndAt === this.#text.length
  }

  /** Where in the text read last `</body>` or `</html>` begins, the first of them. */
  get bodyEnd(): number | undefined {
    return this.#bodyEnd
  }

  /** @throws TypeError when the texts do not end where they began: outside of tags. */
  finish(): void {
    const { kind } = this.#place
    if (kind === 'data') return
    const where = kind === 'raw' ? `the element ${this.#element}` : placeNames[kind]
    throw new TypeError(
      `Cannot use an HTML template that ends inside ${where}: begin and end it between elements`,
    )
  }

  #refuse(fault: string): never {
    const before = JSON.stringify(this.#text.slice(-40))
    throw new TypeError(`Cannot write a value in HTML after ${before}: ${fault}`)
  }

  #step(): void {
    const place = this.#place
    switch (place.kind) {
      case 'data':
        return this.#data()
      case 'tag name':
        return this.#tagName()
      case 'tag':
        return this.#tag()
      case 'attribute name':
        return this.#attributeName()
      case 'unquoted':
        return this.#unquoted()
      case 'quoted':
        return this.#quoted(place)
      case 'raw':
        return this.#raw(place)
      case 'comment':
        return this.#skip(/-->|--!>/g)
      case 'declaration':
        return this.#skip(/>/g)
    }
  }

  #data(): void {
    const start = this.#text.indexOf('<', this.#at)
    this.#at = start === -1 ? this.#text.length : start + 1
    if (start === -1) return
    const [opening = ''] = this.#take(/!--(?:-?>)?|[!?/]/y) ?? []
    if (opening === '!--') this.#place = { kind: 'comment' }
    if (opening === '!' || opening === '?') this.#place = { kind: 'declaration' }
    if (opening !== '' && opening !== '/') return
    if (this.#isBeforeName()) this.#beginTag(start, opening === '/')
    else if (opening === '/') this.#place = { kind: 'declaration' }
  }

  #isBeforeName(): boolean {
    return this.#at === this.#text.length || /[a-z]/i.test(this.#text.charAt(this.#at))
  }

  #beginTag(start: number, isEndTag: boolean): void {
    this.#place = { kind: 'tag name' }
    this.#isEndTag = isEndTag
    this.#element = ''
    this.#attributes.clear()
    this.#hasContentHole = false
    bodyEnd.lastIndex = start
    if (bodyEnd.test(this.#text)) this.#bodyEnd ??= start
  }

  #tagName(): void {
    this.#element += this.#take(/[^\t\n\f\r />]*/y)?.[0].toLowerCase() ?? ''
    if (this.#at < this.#text.length) this.#place = { kind: 'tag' }
  }

  // Before the name of an attribute, or the end of the tag.
  #tag(): void {
    this.#attributeStart = this.#at
    this.#take(/[\t\n\f\r /]*/y)
    if (this.#take(/>/y)) return this.#endTag()
    if (this.#at < this.#text.length) this.#place = { kind: 'attribute name' }
  }

  // The name, and the equals sign with the quote that opens the value, where they are.
  #attributeName(): void {
    const [, name = '', equals, quote] =
      this.#take(/(=?[^\t\n\f\r />=]*)[\t\n\f\r ]*(?:(=)[\t\n\f\r ]*(["'])?)?/y) ?? []
    const lower = name.toLowerCase()
    this.#attributes.add(lower)
    if (quote !== undefined) {
      const open = this.#text.slice(this.#attributeStart, this.#at)
      this.#place = { kind: 'quoted', element: this.#element, name: lower, quote, open, before: '' }
    } else if (equals) this.#place = { kind: 'unquoted', name: lower }
    else if (this.#at < this.#text.length) this.#place = { kind: 'tag' }
  }

  #unquoted(): void {
    this.#take(/[^\t\n\f\r >]*/y)
    if (this.#at < this.#text.length) this.#place = { kind: 'tag' }
  }

  #quoted(place: Place & { kind: 'quoted' }): void {
    const end = this.#text.indexOf(place.quote, this.#at)
    place.before += this.#text.slice(this.#at, end === -1 ? undefined : end)
    this.#at = end === -1 ? this.#text.length : end + 1
    if (end === -1) return
    this.#place = { kind: 'tag' }
    const fault = attributeFault({ ...place, isWhole: false })
    if (fault !== undefined) this.#refuse(fault)
  }

  #endTag(): void {
    const element = this.#element
    // A refresh takes its URL from among other text.
    if (element === 'meta' && this.#hasContentHole && this.#attributes.has('http-equiv')) {
      this.#refuse('http-equiv makes it an order to the browser; send a header instead')
    }
    this.#place = { kind: 'data' }
    if (this.#isEndTag) return
    if (rawElements.test(element)) this.#place = { kind: 'raw', element, before: '' }
    if (dropsLineEnd.test(element)) this.#dropsLineEndAt = this.#at
  }

  #raw(place: Place & { kind: 'raw' }): void {
    const { element } = place
    const end = new RegExp(`</${element}(?=[\\t\\n\\f\\r />])${element === 'script' ? '|<!--' : ''}`, 'gi')
    end.lastIndex = this.#at
    const found = element === 'plaintext' ? null : end.exec(this.#text)
    if (found?.[0] === '<!--') {
      throw new TypeError(
        'Cannot use an HTML template with <!-- in a script: it changes where the script ends; leave it out',
      )
    }
    place.before += this.#text.slice(this.#at, found?.index)
    this.#at = found?.index ?? this.#text.length
    if (found) this.#place = { kind: 'data' }
  }

  #skip(end: RegExp): void {
    end.lastIndex = this.#at
    const found = end.exec(this.#text)
    this.#at = found ? end.lastIndex : this.#text.length
    if (found) this.#place = { kind: 'data' }
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at = pattern.lastIndex
    return found
  }
}
