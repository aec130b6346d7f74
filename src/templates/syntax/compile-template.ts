import type { Block, Code, Program } from '../jinja/scope.ts'
import { TemplateError, type TemplatePosition } from '../template-error.ts'
import { compileExpression } from './compile-expression.ts'
import { compileHeld } from './compile-include.ts'
import { compileStatements } from './compile-statement.ts'
import { type Compiler, Names, type Site } from './names.ts'
import { nameOf, nodeAt, nodesAt, type SyntaxNode, walk } from './syntax-node.ts'

/** What a template is called by others, and in errors. */
export interface TemplateFacts {
  name: string
  /** Names that begin with a dot are relative to it. */
  path: string
}

/**
 * A parsed template, ready to run as often as wanted.
 * @throws TemplateError of code SYNTAX.
 */
export function compileTemplate(root: SyntaxNode, { name, path }: TemplateFacts): Program {
  const at = (node: SyntaxNode): TemplatePosition => ({
    template: name,
    line: (node.lineno ?? 0) + 1,
    column: (node.colno ?? 0) + 1,
  })
  const compiler: Compiler = {
    path,
    at,
    expression: (node, site) => compileExpression(node, site, compiler),
    statements: (node, site) => (node ? compileStatements([node], site, compiler) : []),
    fail: (state, node) => {
      throw new TemplateError({ code: 'SYNTAX', at: at(node), state })
    },
  }
  const code = compileRoot(root, compiler)
  return { name, code, blocks: compileBlocks(root, compiler) }
}

function compileRoot(root: SyntaxNode, compiler: Compiler): Code {
  const names = new Names()
  const site: Site = { names, block: undefined }
  const nodes = nodesAt(root)
  const last = nodes.findLastIndex(mayExtend)
  const held = compileStatements(nodes.slice(0, last + 1), site, compiler)
  const rest = compileStatements(nodes.slice(last + 1), site, compiler)
  return { ops: last < 0 ? rest : compileHeld(held, rest), slots: names.size }
}

function mayExtend(node: SyntaxNode): boolean {
  const isLeft = ({ typename }: SyntaxNode) => typename === 'Block' || typename === 'Macro'
  return walk(node, isLeft).some(({ typename }) => typename === 'Extends')
}

function compileBlocks(root: SyntaxNode, compiler: Compiler): ReadonlyMap<string, Block> {
  const blocks = new Map<string, Block>()
  for (const node of walk(root)) {
    if (node.typename !== 'Block') continue
    const name = nameOf(nodeAt(node, 'name')) ?? ''
    if (blocks.has(name)) compiler.fail(`the block ${name} is defined more than once`, node)
    blocks.set(name, compileBlock(node, name, compiler))
  }
  return blocks
}

function compileBlock(node: SyntaxNode, name: string, compiler: Compiler): Block {
  const names = new Names()
  const empty: Code = { ops: [], slots: 0 }
  const block = { name, at: compiler.at(node), code: empty }
  // `super()` in the body has to find the block that it is in.
  const ops = compiler.statements(nodeAt(node, 'body'), { names, block })
  block.code = { ops, slots: names.size }
  return block
}
