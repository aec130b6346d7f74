// A value is plain when `JSON.stringify` writes it whole, at once and as it should be: nothing in it is to be waited
// for or read, and there is little of it.
import { isBytes } from '../../body/block.ts'
import { isSource } from '../../body/source.ts'

/** How many values are looked at before it is taken to be too much for one text. */
const MANY = 256

/** How deep a plain value goes. */
const DEPTH = 8

/** The members of an object by their keys. */
export type Members = Readonly<Record<string, unknown>>

/** Something that has to be waited for or read, and where it was found. */
interface Found {
  readonly holder: Members
  readonly key: string
  readonly value: unknown
}

/** Tells plain values from others. */
export class PlainValues {
  #left = 0
  #found: Found | undefined

  /** True for a value that `JSON.stringify` can write whole. */
  has(value: Members): boolean {
    this.#left = MANY
    return this.#isPlain(value, DEPTH)
  }

  /** The same of any value, a member of a list. */
  hasAny(value: unknown): boolean {
    return isObject(value) ? this.has(value) : isPlainLeaf(value)
  }

  /** A property; one that was found to be read or waited for is not got a second time, as it may be another then. */
  get(holder: Members, key: string): unknown {
    const found = this.#found
    if (found?.holder !== holder || found.key !== key) return holder[key]
    this.#found = undefined
    return found.value
  }

  /** What was found and never got. */
  takeFound(): unknown {
    const found = this.#found
    this.#found = undefined
    return found?.value
  }

  #isPlain(value: Members, depth: number): boolean {
    if (depth === 0 || value === this.#found?.holder) return false
    if (Array.isArray(value)) return this.#isPlainList(value, depth)
    if (Symbol.iterator in value || Symbol.asyncIterator in value) return isWrittenWhole(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      if (value instanceof Date || isWrittenWhole(value)) return true
      if ('toJSON' in value || 'then' in value || 'getReader' in value) return false
    }
    return this.#hasPlainMembers(value, depth)
  }

  #isPlainList(list: readonly unknown[], depth: number): boolean {
    if ((this.#left -= list.length) < 0) return false
    for (const value of list) {
      if (isObject(value) ? !this.#isPlain(value, depth - 1) : !isPlainLeaf(value)) return false
    }
    return true
  }

  #hasPlainMembers(value: Members, depth: number): boolean {
    for (const key in value) {
      if (--this.#left < 0) return false
      const member = value[key]
      if (isObject(member)) {
        if (this.#isPlain(member, depth - 1)) continue
        if (isLive(member)) this.#found ??= { holder: value, key, value: member }
        return false
      }
      if (!isPlainLeaf(member)) return false
    }
    return true
  }
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}

// A function may be a generator function, or a method that makes the object another for JSON.
function isPlainLeaf(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'bigint'
}

// Though they can be iterated, JSON has its own idea of them.
function isWrittenWhole(value: object): boolean {
  return isBytes(value) || isBoxed(value)
}

function isBoxed(value: object): boolean {
  return (
    value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof BigInt
  )
}

function isLive(value: object): boolean {
  return isThenable(value) || isStreamed(value)
}

/** True for a promise and the like. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** True for what is written as a list of what it gives: whatever can be iterated or read, and is no list already. */
export function isStreamed(value: unknown): value is object {
  if (typeof value === 'function') return isGeneratorFunction(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return isSource(value) && !isWrittenWhole(value)
}

function isGeneratorFunction(value: Function): boolean {
  const tag: unknown = Reflect.get(value, Symbol.toStringTag)
  return tag === 'GeneratorFunction' || tag === 'AsyncGeneratorFunction'
}
