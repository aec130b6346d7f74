import { predictLength } from 'client-zip'
import { toBlocks } from '../../body/blocks.ts'
import { makeOrClose, Reply } from '../../reply/reply.ts'
import { checkInitNames, type ReplyInit, replyInitNames } from '../../reply/reply-options.ts'
import { replyHeaders } from '../reply-headers.ts'
import {
  type ArchiveEntries,
  type ArchiveEntry,
  checkEntry,
  type CheckedEntry,
} from './entries/archive-entry.ts'
import { EntryNames } from './entries/entry-names.ts'
import { NestedBodies } from './nested-bodies.ts'
import { ZipReader } from './zip-reader.ts'
import { MANY_ENTRIES } from './zip64-end.ts'

export interface ZipInit extends ReplyInit {
  /** Name under which a browser saves the archive. */
  filename?: string
}

/**
 * Entries as a streamed ZIP archive, in flat memory and of any size (ZIP64). They are stored, not compressed: what an
 * entry gives leaves when it is given, by the turn unless `delivery` says otherwise. Where `entries` is a list of fewer
 * than 65,535 and the size of each is known, the reply has its Content-Length.
 * @throws TypeError for a name that would be unpacked elsewhere than below its folder, or that another entry has; at
 * once where `entries` is a list, else from the body.
 */
export function zip(entries: ArchiveEntries, init: ZipInit = {}): Reply {
  const names = new EntryNames()
  const nested = new NestedBodies<CheckedEntry>(entries, (entry: Partial<ArchiveEntry>, number, blocks) => {
    const checked = checkEntry(entry, number, blocks)
    names.add(checked.name)
    return checked
  })
  const length = nested.list && lengthOf(nested.list)
  const blocks = toBlocks(new ZipReader(nested), length)
  return makeOrClose(blocks, () => {
    checkInitNames(init, [...replyInitNames, 'filename'])
    const headers = replyHeaders(init, 'application/zip')
    if (length !== undefined && !headers.has('content-length')) headers.set('content-length', String(length))
    return new Reply(blocks, true, { delivery: 'turn', ...init, headers })
  })
}

function lengthOf(entries: readonly CheckedEntry[]): number | undefined {
  // From there on the archive has an end that the prediction may not know of.
  if (entries.length >= MANY_ENTRIES || entries.some(({ size }) => size === undefined)) return undefined
  const facts = entries.map(({ name, size = 0 }) => (name.endsWith('/') ? { name } : { name, size }))
  return Number(predictLength(facts))
}
