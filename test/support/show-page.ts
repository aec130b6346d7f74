// Runs the inline scripts of a page as a browser does, each when the parser comes to it, over the few members of the
// DOM that they use.
import { createRequire } from 'node:module'
import { runInNewContext } from 'node:vm'
import { type HtmlNode, parseHtml } from './parse-html.ts'

const { serialize }: { serialize(node: HtmlNode): string } = createRequire(import.meta.url)('parse5')

/** The page as HTML after all of its inline scripts have run. */
export function showPage(html: string): string {
  const page = parseHtml(html)
  // The content of a template is inert: its scripts run only once they are moved out of it.
  const scripts = [...walkShown(page)].filter(({ nodeName }) => nodeName === 'script')
  for (const script of scripts) {
    const code = script.childNodes?.[0]?.value ?? ''
    runInNewContext(code, { document: { currentScript: toElement(script), getElementById: findIn(page) } })
  }
  return serialize(page)
}

function* walkShown(node: HtmlNode): Generator<HtmlNode> {
  for (const child of node.childNodes ?? []) {
    yield child
    yield* walkShown(child)
  }
}

function findIn(page: HtmlNode) {
  return (id: string): object | null => {
    for (const node of walkShown(page)) {
      if (node.attrs?.some(({ name, value }) => name === 'id' && value === id)) return toElement(node)
    }
    return null
  }
}

function toElement(node: HtmlNode): object {
  const siblings = (): HtmlNode[] => node.parentNode?.childNodes ?? []
  const beside = (offset: number): object | null => {
    const sibling = siblings()[siblings().indexOf(node) + offset]
    return sibling ? toElement(sibling) : null
  }
  return {
    node,
    nodeType: node.nodeName === '#comment' ? 8 : 1,
    data: node.data,
    content: node.content,
    dataset: Object.fromEntries(
      (node.attrs ?? []).map(({ name, value }) => [name.replace(/^data-/, ''), value]),
    ),
    get previousElementSibling() {
      return beside(-1)
    },
    get nextSibling() {
      return beside(1)
    },
    remove: () => void siblings().splice(siblings().indexOf(node), 1),
    replaceWith: (fragment: HtmlNode) => {
      const moved = fragment.childNodes ?? []
      for (const child of moved) if (node.parentNode) child.parentNode = node.parentNode
      siblings().splice(siblings().indexOf(node), 1, ...moved)
    },
  }
}
