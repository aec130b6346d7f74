/** The part of a Nunjucks `Environment` that is used; any version 3 has it. */
export interface NunjucksEnvironment {
  readonly globals: Record<string, unknown>
  readonly filters: Record<string, unknown>
  readonly tests: Record<string, unknown>
  readonly opts: NunjucksSwitches
  readonly asyncFilters: readonly string[]
  readonly extensionsList: readonly object[]
  getTemplate(...values: unknown[]): unknown
  getFilter(name: string): Function
  getTest(name: string): Function
  getExtension(name: string): object
}

/** The options of an environment that its templates depend on. */
export interface NunjucksSwitches {
  readonly autoescape: boolean
  readonly throwOnUndefined: boolean
}

/** Text that is not escaped again. */
export interface SafeText {
  toString(): string
}

/** The functions that a rendered template calls, looked up each time, because `installJinjaCompat()` replaces them. */
export interface NunjucksRuntime {
  readonly SafeString: new (text: string) => SafeText
  memberLookup(target: unknown, ...keys: unknown[]): unknown
  contextOrFrameLookup(context: object, frame: object, name: string): unknown
  callWrap(callee: unknown, name: string, context: object, values: readonly unknown[]): unknown
  inOperator(key: unknown, values: unknown): unknown
  makeMacro(names: string[], defaults: string[], body: (...values: unknown[]) => unknown): unknown
}

/** The package `nunjucks` as it is imported: `import nunjucks from 'nunjucks'`. */
export interface NunjucksPackage {
  readonly Environment: Function
  readonly runtime: object
}

/** What of the package is used, checked. */
export interface NunjucksModule extends NunjucksPackage {
  readonly Environment: new (loaders: unknown, options: object) => object
  readonly FileSystemLoader: new (paths: string | readonly string[]) => object
  readonly parser: { parse(source: string, extensions: readonly object[], options: object): unknown }
  readonly runtime: NunjucksRuntime
}

/**
 * The package, when it has every part that is used.
 * @throws TypeError when it has not.
 */
export function toNunjucksModule(given: unknown): NunjucksModule {
  if (isNunjucksModule(given)) return given
  throw new TypeError(
    "Cannot render templates with this module: it is not nunjucks 3; give what `import nunjucks from 'nunjucks'` gives",
  )
}

export function isNunjucksEnvironment(given: unknown): given is NunjucksEnvironment {
  return hasMethods(given, ['getTemplate', 'getFilter', 'getTest', 'getExtension']) && hasParts(given)
}

function isNunjucksModule(given: unknown): given is NunjucksModule {
  if (!hasMethods(given, ['Environment', 'FileSystemLoader'])) return false
  const parser: unknown = Reflect.get(given, 'parser')
  const runtime: unknown = Reflect.get(given, 'runtime')
  const calls = ['memberLookup', 'contextOrFrameLookup', 'callWrap', 'inOperator', 'makeMacro', 'SafeString']
  return hasMethods(parser, ['parse']) && hasMethods(runtime, calls)
}

function hasParts(given: object): boolean {
  const parts = ['globals', 'filters', 'tests', 'opts', 'asyncFilters', 'extensionsList']
  return parts.every((name) => typeof Reflect.get(given, name) === 'object')
}

function hasMethods(given: unknown, names: readonly string[]): given is object {
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) return false
  return names.every((name) => typeof Reflect.get(given, name) === 'function')
}
