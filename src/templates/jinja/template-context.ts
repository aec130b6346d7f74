import type { NunjucksEnvironment } from './nunjucks-module.ts'

/**
 * What is known to one template and to those that it extends: its data, its blocks, what it exports. Filters and
 * functions get it as `this`, with the names that nunjucks gives to its parts.
 */
export class TemplateContext<Block> {
  readonly env: NunjucksEnvironment
  readonly ctx: Record<string, unknown>
  readonly #exported = new Set<string>()
  readonly #blocks = new Map<string, Block[]>()

  constructor(env: NunjucksEnvironment, data: object, blocks: ReadonlyMap<string, Block>) {
    this.env = env
    this.ctx = { ...data }
    for (const [name, block] of blocks) this.addBlock(name, block)
  }

  /** The value of a name: of the data, then of the globals. */
  lookup(name: string): unknown {
    const { globals } = this.env
    return name in globals && !(name in this.ctx) ? globals[name] : this.ctx[name]
  }

  getVariables(): Record<string, unknown> {
    return this.ctx
  }

  setVariable(name: string, value: unknown): void {
    this.ctx[name] = value
  }

  addExport(name: string): void {
    this.#exported.add(name)
  }

  getExported(): Record<string, unknown> {
    return Object.fromEntries([...this.#exported].map((name) => [name, this.ctx[name]]))
  }

  /** Adds the block of a template further up. */
  addBlock(name: string, block: Block): void {
    const chain = this.#blocks.get(name)
    if (chain) chain.push(block)
    else this.#blocks.set(name, [block])
  }

  /** The block that wins: that of the template which is rendered. */
  blockOf(name: string): Block | undefined {
    return this.#blocks.get(name)?.[0]
  }

  /** The block that `super()` means in another one. */
  superOf(name: string, block: Block): Block | undefined {
    const chain = this.#blocks.get(name) ?? []
    const index = chain.indexOf(block)
    return index < 0 ? undefined : chain[index + 1]
  }
}
