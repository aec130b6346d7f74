import {
  isNunjucksEnvironment,
  type NunjucksEnvironment,
  type NunjucksModule,
  type NunjucksPackage,
  toNunjucksModule,
} from './jinja/nunjucks-module.ts'
import { type LoadOptions, Render } from './jinja/render.ts'
import { RenderReader } from './jinja/render-reader.ts'
import type { Program } from './jinja/scope.ts'
import { compileTemplate } from './syntax/compile-template.ts'
import { isSyntaxNode } from './syntax/syntax-node.ts'
import type { PieceReader, TemplateData, TemplateEngine } from './template-engine.ts'
import { TemplateError, type TemplatePosition } from './template-error.ts'

/** A filter, a test or a global function of templates. */
export type TemplateFunction = (...values: never[]) => unknown

/** Where templates are, and how they are rendered; what is not given is as in nunjucks. */
export interface JinjaOptions {
  /** An environment of nunjucks that is set up already; every other option but the functions is for a new one. */
  environment?: object
  /** Folders that templates are looked for in; `views` by default. */
  searchPaths?: string | readonly string[]
  /** Templates by name, looked at before the folders. */
  templates?: Readonly<Record<string, string>>
  /** Loaders of nunjucks, or objects with their `getSource`, instead of folders. */
  loaders?: readonly object[]
  /** Whether values are escaped for HTML; true by default. */
  autoescape?: boolean
  /** Whether the output of nothing is an error; false by default. */
  throwOnUndefined?: boolean
  /** Whether the newline after a tag is removed. */
  trimBlocks?: boolean
  /** Whether space before a tag is removed. */
  lstripBlocks?: boolean
  /** Other marks for tags. */
  tags?: object
  filters?: Readonly<Record<string, TemplateFunction>>
  tests?: Readonly<Record<string, TemplateFunction>>
  globals?: Readonly<Record<string, unknown>>
}

/** Templates in the syntax of Jinja2, parsed by the package `nunjucks` and rendered piece by piece. */
export class JinjaEngine implements TemplateEngine {
  /** The environment of nunjucks: its filters, tests, globals, extensions and loaders are used as they are. */
  readonly environment: NunjucksEnvironment
  readonly #nunjucks: NunjucksModule
  readonly #programs = new WeakMap<object, Program>()

  constructor(nunjucks: NunjucksModule, environment: NunjucksEnvironment) {
    this.#nunjucks = nunjucks
    this.environment = environment
  }

  open(name: string, data: TemplateData): PieceReader {
    const render: Render<Program> = new Render({
      env: this.environment,
      runtime: this.#nunjucks.runtime,
      load: (given, from) => this.#load(given, from, render),
      data,
    })
    return new RenderReader(render, name)
  }

  #load(
    name: unknown,
    from: LoadOptions | undefined,
    { at }: Render<Program>,
  ): Program | PromiseLike<Program> {
    const { parent, ignoreMissing = false } = from ?? {}
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    let found: unknown = promise
    const take = (error: unknown, template: unknown) => {
      found = template
      if (error) reject(toLoadError(error, at))
      else resolve(template)
    }
    this.environment.getTemplate(name, false, parent, ignoreMissing, take)
    const toProgram = (template: unknown) => this.#toProgram(template, String(name))
    return found === promise || found === undefined || found === null
      ? promise.then(toProgram)
      : toProgram(found)
  }

  #toProgram(template: unknown, name: string): Program {
    if (typeof template !== 'object' || template === null) {
      throw new TypeError(`Cannot load ${name}: nunjucks found something that is no template`)
    }
    const known = this.#programs.get(template)
    if (known) return known
    const path: unknown = Reflect.get(template, 'path')
    const program = this.#compile(template, { name, path: typeof path === 'string' ? path : name })
    this.#programs.set(template, program)
    return program
  }

  #compile(template: object, facts: { name: string; path: string }): Program {
    const source: unknown = Reflect.get(template, 'tmplStr')
    // An include that is missing, and may be.
    if (source === undefined && facts.path === '') return { name: facts.name, blocks: new Map(), code: empty }
    if (typeof source !== 'string') {
      throw new TypeError(`Cannot stream ${facts.name}: it is precompiled; give its source`)
    }
    try {
      return compileTemplate(this.#parse(source), facts)
    } catch (error) {
      throw toSyntaxError(error, facts.name)
    }
  }

  #parse(source: string) {
    const { extensionsList, opts } = this.environment
    const text = extensionsList.reduce(preprocess, source)
    const root = this.#nunjucks.parser.parse(text, extensionsList, opts)
    if (isSyntaxNode(root)) return root
    throw new TypeError('Cannot read what the parser of nunjucks gave: it is no syntax tree')
  }
}

/**
 * An engine for templates in the syntax of Jinja2: `jinja(nunjucks, { searchPaths: 'views' })`. Templates are parsed
 * once; a promise in the data is awaited where it is used, and async iterables can be looped over and put out.
 * @throws TypeError when this is not the package `nunjucks`, or the environment not one of its.
 */
export function jinja(nunjucks: NunjucksPackage, options: JinjaOptions = {}): JinjaEngine {
  const checked = toNunjucksModule(nunjucks)
  const environment = options.environment ?? createEnvironment(checked, options)
  if (!isNunjucksEnvironment(environment)) {
    throw new TypeError('Cannot render templates in this environment: it is not one of nunjucks 3')
  }
  Object.assign(environment.filters, options.filters)
  Object.assign(environment.tests, options.tests)
  Object.assign(environment.globals, options.globals)
  return new JinjaEngine(checked, environment)
}

const empty = { ops: [], slots: 0 } as const

function createEnvironment(nunjucks: NunjucksModule, options: JinjaOptions): object {
  const { searchPaths, templates, loaders, autoescape, throwOnUndefined, trimBlocks, lstripBlocks, tags } =
    options
  const named = templates ? [{ getSource: (name: string) => sourceOf(templates, name) }] : []
  const needsFolders = searchPaths !== undefined || (!templates && !loaders)
  const folders = needsFolders ? [new nunjucks.FileSystemLoader(searchPaths ?? 'views')] : []
  return new nunjucks.Environment([...named, ...(loaders ?? []), ...folders], {
    autoescape,
    throwOnUndefined,
    trimBlocks,
    lstripBlocks,
    tags,
  })
}

function sourceOf(templates: Readonly<Record<string, string>>, name: string): object | null {
  const src = Object.hasOwn(templates, name) ? templates[name] : undefined
  return src === undefined ? null : { src, path: name, noCache: false }
}

function preprocess(source: string, extension: object): string {
  const change: unknown = Reflect.get(extension, 'preprocess')
  return typeof change === 'function' ? String(Reflect.apply(change, undefined, [source])) : source
}

// At the tag that names the template.
function toLoadError(error: unknown, at: TemplatePosition): TemplateError {
  const state = error instanceof Error ? error.message : String(error)
  return new TemplateError({ code: 'NOT_FOUND', at, state, cause: error })
}

// The parser of nunjucks tells the place by `lineno` and `colno`, counted from 1.
function toSyntaxError(error: unknown, name: string): unknown {
  if (error instanceof TemplateError || !(error instanceof Error)) return error
  const line: unknown = Reflect.get(error, 'lineno')
  const column: unknown = Reflect.get(error, 'colno')
  const at = { template: name, line: toCount(line), column: toCount(column) }
  return new TemplateError({ code: 'SYNTAX', at, state: error.message, cause: error })
}

function toCount(value: unknown): number {
  return typeof value === 'number' ? value : 1
}
