// HTML read by a parser that knows nothing of millrace.
import { parse, parseFragment } from 'parse5'

/** A node as the parser gives it: an element, a text, a comment or a document. */
export interface HtmlNode {
  nodeName: string
  attrs?: { name: string; value: string }[]
  childNodes?: HtmlNode[]
  /** Of a `template` element. */
  content?: HtmlNode
  /** Of a text. */
  value?: string
  /** Of a comment. */
  data?: string
  parentNode?: HtmlNode | null
}

interface Parser {
  parse(html: string): HtmlNode
  parseFragment(html: string): HtmlNode
}

const parser: Parser = { parse, parseFragment }

/** A whole page. */
export function parseHtml(html: string): HtmlNode {
  return parser.parse(html)
}

/** A part of a page. */
function parseHtmlPart(html: string): HtmlNode {
  return parser.parseFragment(html)
}

/** Every node below one, in the order of the text, with what is in its templates. */
export function* walkHtml(node: HtmlNode): Generator<HtmlNode> {
  for (const child of [...(node.childNodes ?? []), ...(node.content?.childNodes ?? [])]) {
    yield child
    yield* walkHtml(child)
  }
}

/** The names of all elements and attributes, and nothing of what they hold. */
export function outlineOf(html: string): string[] {
  return [...walkHtml(parseHtmlPart(html))]
    .filter(({ nodeName }) => nodeName !== '#text')
    .map(({ nodeName, attrs = [] }) => [nodeName, ...attrs.map(({ name }) => name)].join(' '))
}

/** The value of the first attribute of this name; undefined where there is none. */
export function attributeOf(html: string, name: string): string | undefined {
  for (const { attrs = [] } of walkHtml(parseHtmlPart(html))) {
    const found = attrs.find((one) => one.name === name)
    if (found) return found.value
  }
  return undefined
}

/** All text, joined. */
export function textOf(html: string): string {
  return [...walkHtml(parseHtmlPart(html))].map(({ value }) => value ?? '').join('')
}
