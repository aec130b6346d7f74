/** The variables that templates set while they run; a frame sees those of its parents. */
export class Frame {
  readonly parent: Frame | undefined
  /** True for the frame of a whole template: what is set in it is seen by macros, and exported. */
  topLevel = false
  // What is set here never replaces a variable of a parent.
  readonly #isolatesWrites: boolean
  readonly #variables = new Map<string, unknown>()

  constructor(parent?: Frame, isolatesWrites = false) {
    this.parent = parent
    this.#isolatesWrites = isolatesWrites
  }

  push(isolatesWrites = false): Frame {
    return new Frame(this, isolatesWrites)
  }

  set(name: string, value: unknown): void {
    this.#variables.set(name, value)
  }

  /** Sets a variable where it is visible already, here where it is not. */
  assign(name: string, value: unknown): void {
    const owner = (this.#isolatesWrites ? this.#ownerHere(name) : this.#ownerOf(name)) ?? this
    owner.set(name, value)
  }

  /** The value of a name; one that is undefined does not hide that of a parent. */
  lookup(name: string): unknown {
    const own = this.#variables.get(name)
    if (own !== undefined) return own
    for (let frame = this.parent; frame !== undefined; frame = frame.parent) {
      const value = frame.#variables.get(name)
      if (value !== undefined) return value
    }
    return undefined
  }

  #ownerHere(name: string): Frame | undefined {
    return this.#variables.get(name) === undefined ? undefined : this
  }

  #ownerOf(name: string): Frame | undefined {
    const { parent } = this
    return this.#ownerHere(name) ?? (parent ? parent.#ownerOf(name) : undefined)
  }
}
