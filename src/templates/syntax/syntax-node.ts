/** A node of the tree that nunjucks' parser makes; its fields are read with the functions of this file. */
export interface SyntaxNode {
  readonly typename: string
  /** Counted from 0; undefined for nodes that the parser puts in by itself. */
  readonly lineno: number | undefined
  readonly colno: number | undefined
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'typename' in value && 'lineno' in value
}

/** A field of any kind. */
export function fieldOf(node: SyntaxNode, name: string): unknown {
  return Reflect.get(node, name)
}

/** A field that may hold a node. */
export function maybeNodeAt(node: SyntaxNode, name: string): SyntaxNode | undefined {
  const value = fieldOf(node, name)
  return isSyntaxNode(value) ? value : undefined
}

/** A field that holds a node. */
export function nodeAt(node: SyntaxNode, name: string): SyntaxNode {
  const found = maybeNodeAt(node, name)
  if (found) return found
  throw new TypeError(`Cannot read a ${node.typename}: it has no ${name}`)
}

/** The nodes of a list, or of a field that holds one. */
export function nodesAt(node: SyntaxNode, name = 'children'): SyntaxNode[] {
  const value = fieldOf(node, name)
  return Array.isArray(value) ? value.filter(isSyntaxNode) : []
}

/** The name that a symbol stands for, or undefined when the node is no symbol. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  if (node?.typename !== 'Symbol') return undefined
  return String(fieldOf(node, 'value'))
}

/** A node and all nodes inside, in the order of the text; `isLeft` tells which are not gone into. */
export function* walk(node: SyntaxNode, isLeft?: (node: SyntaxNode) => boolean): Generator<SyntaxNode> {
  yield node
  if (isLeft?.(node)) return
  for (const value of Object.values(node)) {
    for (const inner of Array.isArray(value) ? value : [value])
      if (isSyntaxNode(inner)) yield* walk(inner, isLeft)
  }
}
