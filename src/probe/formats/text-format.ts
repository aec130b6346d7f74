/** Reads a body of one format as it comes, holds little of it, and tells at the end whether it is whole. */
export interface TextFormat {
  /** What is counted, in the plural; undefined where there is nothing to count. */
  readonly unitName: string | undefined
  /** The text so far ends in the middle of one; always false where that says nothing. */
  readonly isInside: boolean
  /** Takes the next piece of text, and tells how many units it has completed. */
  read(text: string): number
  /** `isCounted`: the length of the body was known ahead, so that nothing is missing behind. */
  finish(isCounted: boolean): Findings
}

/** What a format tells of a body that HTTP says is whole. Clauses, in lower case. */
export interface Findings {
  /** It is not whole. */
  faults: string[]
  /** It may not be whole. */
  hints: string[]
}

/** A piece of a body for people, not too long, in quotes. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text)
}
