import type { Blocks } from '../../../body/blocks.ts'
import { describeValue } from '../../../body/block.ts'
import { checkEntryName } from './check-entry-name.ts'
import type { Items, NestedBody, NestedItem } from '../nested-bodies.ts'

/** A file or a folder of an archive. */
export interface ArchiveEntry {
  /** Its path below the folder where it is unpacked, with `/` between the steps; one that ends with `/` is a folder. */
  name: string
  /** What is in it: whatever a reply can have, or a reply. Nothing unless told. */
  body?: NestedBody
  /** Bytes of its body, which are checked; known by itself for text, bytes, files, and replies of known length. */
  size?: number
  /** When it was changed, now unless told. */
  modified?: Date | number
  /** Who may do what with it: the permission bits of POSIX, 0o644 unless told, 0o755 for a folder. */
  mode?: number
}

/** Entries as they come, one after the other. */
export type ArchiveEntries = Items<ArchiveEntry>

/** An entry that has been checked. */
export interface CheckedEntry extends NestedItem {
  readonly name: string
  readonly number: number
  readonly size: number | undefined
  readonly modified: Date
  readonly mode: number
}

/**
 * Checks an entry.
 * @throws TypeError or RangeError that names it.
 */
export function checkEntry(entry: Partial<ArchiveEntry>, number: number, blocks: Blocks): CheckedEntry {
  const name = checkEntryName(entry.name)
  const isFolder = name.endsWith('/')
  const { size = blocks.length, modified = new Date(), mode = isFolder ? 0o755 : 0o644 } = entry
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new RangeError(`Cannot archive ${name}: its size is ${size}; give a number of bytes`)
  }
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) {
    throw new RangeError(`Cannot archive ${name}: its mode is ${mode}; give 0 to 0o777`)
  }
  if (isFolder && size !== 0) {
    throw new TypeError(`Cannot archive ${name}: a folder has no body; take the / from the end of its name`)
  }
  return { name, number, size, modified: toDate(name, modified), mode, blocks }
}

function toDate(name: string, modified: unknown): Date {
  const date = modified instanceof Date ? modified : new Date(Number(modified))
  if (!Number.isNaN(date.getTime())) return date
  throw new TypeError(`Cannot archive ${name}: \`modified\` is ${describeValue(modified)}; give a valid date`)
}
