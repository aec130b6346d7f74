import type { LoadedFile } from './worker-message.ts'

type Listener = (files: readonly LoadedFile[]) => void

/** Where the primary tells which files its workers have loaded. */
class LoadedFiles {
  #listener: Listener | undefined

  /** One listener, in place of the one before. */
  set onFiles(listener: Listener | undefined) {
    this.#listener = listener
  }

  tell(files: readonly LoadedFile[]): void {
    this.#listener?.(files)
  }
}

export const loadedFiles = new LoadedFiles()
