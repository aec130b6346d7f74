import type { Blocks } from '../../body/blocks.ts'
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
import { TarReader } from './tar-reader.ts'

export interface TarInit extends ReplyInit {
  /** Name under which a browser saves the archive. */
  filename?: string
}

/**
 * Entries as a streamed tar archive, in flat memory, by the turn unless `delivery` says otherwise. The size of an entry
 * stands in front of its body, so it has to be known: give `size` where the body is a source.
 * @throws TypeError for an entry without a size, and for a name that would be unpacked elsewhere than below its folder,
 * or that another entry has; at once where `entries` is a list, else from the body.
 */
export function tar(entries: ArchiveEntries, init: TarInit = {}): Reply {
  const names = new EntryNames()
  const nested = new NestedBodies<CheckedEntry>(entries, (entry: Partial<ArchiveEntry>, number, blocks) => {
    const checked = checkSizedEntry(entry, number, blocks)
    names.add(checked.name)
    return checked
  })
  const blocks = toBlocks(new TarReader(nested))
  return makeOrClose(blocks, () => {
    checkInitNames(init, [...replyInitNames, 'filename'])
    return new Reply(blocks, true, {
      delivery: 'turn',
      ...init,
      headers: replyHeaders(init, 'application/x-tar'),
    })
  })
}

function checkSizedEntry(entry: Partial<ArchiveEntry>, number: number, blocks: Blocks): CheckedEntry {
  const checked = checkEntry(entry, number, blocks)
  if (checked.size !== undefined) return checked
  throw new TypeError(
    `Cannot archive ${checked.name}: its size stands in front of it and is not known; give \`size\``,
  )
}
