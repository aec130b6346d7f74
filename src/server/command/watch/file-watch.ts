// Folders are watched, not files: editors write a file under another name and rename it, and one that is missing may come.
import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import { toError } from '../../../delivery/errors.ts'
import type { LoadedFile } from '../../workers/worker-message.ts'
import { say } from '../log/say.ts'
import { MISSING, signatureOf } from './to-loaded-file.ts'

// Milliseconds in which a folder has to be quiet: a save comes in several steps.
const QUIET = 60

/** Watches files, and tells when one of them has changed since it was loaded. */
export class FileWatch {
  readonly #signatures = new Map<string, string>()
  readonly #folders = new Map<string, FSWatcher>()
  readonly #changed = new Set<string>()
  #waiting: PromiseWithResolvers<string[]> | undefined
  #timer: NodeJS.Timeout | undefined

  /** Watches these too; one that has changed since it was loaded is told at once. */
  add(files: readonly LoadedFile[]): void {
    for (const { path, signature } of files) {
      this.#signatures.set(path, signature)
      this.#watch(dirname(path))
    }
    this.#look()
  }

  /** Resolves to the files that have changed since it was asked last, when there are any. */
  changes(): Promise<string[]> {
    this.#waiting ??= Promise.withResolvers()
    const { promise } = this.#waiting
    this.#tell()
    return promise
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #watch(folder: string): void {
    if (this.#folders.has(folder)) return
    try {
      const watcher = watch(folder, () => this.#lookSoon())
      // A folder that is removed, or that cannot be watched any longer, is watched again with the next file in it.
      watcher.on('error', () => this.#folders.delete(folder))
      this.#folders.set(folder, watcher)
    } catch (error) {
      const { message } = toError(error)
      // Where there is no such folder, what imports from it has to change first, and is watched.
      if (!message.startsWith('ENOENT')) say(`cannot watch ${folder}: ${message}`)
    }
  }

  #lookSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(), QUIET)
  }

  #look(): void {
    for (const [path, before] of this.#signatures) {
      const now = signatureOf(path)
      // A file that has gone may be about to be written again.
      if (now === before || now === MISSING) continue
      this.#signatures.set(path, now)
      this.#changed.add(path)
    }
    this.#tell()
  }

  #tell(): void {
    if (this.#changed.size === 0 || !this.#waiting) return
    const changed = [...this.#changed]
    this.#changed.clear()
    this.#waiting.resolve(changed)
    this.#waiting = undefined
  }
}
