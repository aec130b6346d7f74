import { parseSync, Visitor } from 'oxc-parser'

/** One import of a module: static, type-only, dynamic, a re-export or `import('…')` in a type. */
export interface ModuleImport {
  from: string
  line: number
}

/** One exported name of a module; a re-export has what it comes `from`. */
export interface ModuleExport {
  name: string
  line: number
  isType: boolean
  from: string | undefined
}

/** What the checks need to know about a source file. */
export interface Module {
  imports: ModuleImport[]
  exports: ModuleExport[]
  escapes: { what: string; line: number }[]
  titles: { text: string; line: number }[]
}

type Parsed = ReturnType<typeof parseSync>
type LineOf = (offset: number) => number

/** Reads a TypeScript file's imports, exports, type escapes and test titles; throws `SyntaxError`. */
export function readModule(path: string, text: string): Module {
  const parsed = parseSync(path, text)
  const fault = parsed.errors[0]
  if (fault) throw new SyntaxError(`Cannot parse ${path}: ${fault.message}`)
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length
  const walked = walk(parsed, lineOf)
  return {
    imports: [...readImports(parsed, text, lineOf), ...walked.imports],
    exports: readExports(parsed, lineOf),
    escapes: [...walked.escapes, ...readSilencers(parsed, lineOf)],
    titles: walked.titles,
  }
}

function readImports({ module }: Parsed, text: string, lineOf: LineOf): ModuleImport[] {
  const dynamic = module.dynamicImports.map(({ start, moduleRequest }) => ({
    from: text.slice(moduleRequest.start + 1, moduleRequest.end - 1),
    line: lineOf(start),
  }))
  const fixed = module.staticImports.map(({ start, moduleRequest }) => ({
    from: moduleRequest.value,
    line: lineOf(start),
  }))
  const passed = module.staticExports.flatMap(({ start, entries }) => {
    const from = entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value
    return from === undefined ? [] : [{ from, line: lineOf(start) }]
  })
  return [...fixed, ...passed, ...dynamic]
}

function readExports({ module }: Parsed, lineOf: LineOf): ModuleExport[] {
  const imported = new Map<string, string>()
  for (const { entries, moduleRequest } of module.staticImports) {
    for (const entry of entries) imported.set(entry.localName.value, moduleRequest.value)
  }
  return module.staticExports.flatMap(({ start, entries }) =>
    entries.map((entry) => ({
      name: entry.exportName.name ?? (entry.exportName.kind === 'Default' ? 'default' : '*'),
      line: lineOf(start),
      isType: entry.isType,
      // `import { a } from …; export { a }` passes a name on just as `export { a } from …` does.
      from: entry.moduleRequest?.value ?? imported.get(entry.localName.name ?? ''),
    })),
  )
}

function readSilencers({ comments }: Parsed, lineOf: LineOf): Module['escapes'] {
  return comments.flatMap(({ value, start }) => {
    const silencer = /^[\s*]*(@ts-(?:ignore|expect-error|nocheck))/.exec(value)?.[1]
    return silencer === undefined ? [] : [{ what: silencer, line: lineOf(start) }]
  })
}

function walk({ program }: Parsed, lineOf: LineOf): Pick<Module, 'imports' | 'escapes' | 'titles'> {
  const imports: ModuleImport[] = []
  const escapes: Module['escapes'] = []
  const titles: Module['titles'] = []
  const escape = (what: string) => (node: { start: number }) => {
    escapes.push({ what, line: lineOf(node.start) })
  }
  new Visitor({
    TSImportType: ({ source, start }) => imports.push({ from: source.value, line: lineOf(start) }),
    TSAnyKeyword: escape('any'),
    TSNonNullExpression: escape('!'),
    TSTypeAssertion: escape('<type>'),
    TSAsExpression: (node) => {
      if (!isConst(node.typeAnnotation)) escape('as')(node)
    },
    CallExpression: ({ callee, arguments: [first], start }) => {
      const text = first && titleText(first)
      if (text !== undefined && /^(?:describe|it|test)$/.test(rootName(callee))) {
        titles.push({ text, line: lineOf(start) })
      }
    },
  }).visit(program)
  return { imports, escapes, titles }
}

function isConst(type: { type: string; typeName?: { type: string; name?: string } }): boolean {
  return type.type === 'TSTypeReference' && type.typeName?.name === 'const'
}

interface Callee {
  type: string
  name?: unknown
  object?: Callee
  callee?: Callee
  tag?: Callee
}

// The name that a call starts from: `it` in `it(…)`, `it.skip(…)`, `it.each(table)(…)`.
function rootName(node: Callee): string {
  const inner = node.object ?? node.callee ?? node.tag
  if (inner) return rootName(inner)
  return typeof node.name === 'string' ? node.name : ''
}

interface TitleNode {
  type: string
  value?: unknown
  quasis?: { value: { raw: string } }[]
}

function titleText(node: TitleNode): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  return node.quasis?.map(({ value }) => value.raw).join('…')
}
