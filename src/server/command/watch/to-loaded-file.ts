import { statSync } from 'node:fs'
import type { LoadedFile } from '../../workers/worker-message.ts'

/** A file with what it is like now. */
export function toLoadedFile(path: string): LoadedFile {
  return { path, signature: signatureOf(path) }
}

/** What a file is like: another text where it has been written since, one of its own where there is none. */
export function signatureOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : MISSING
}

/** What the signature of a file is that is not there. */
export const MISSING = 'missing'
