import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import type { LoadedFile } from '../../workers/worker-message.ts'
import { toLoadedFile } from './to-loaded-file.ts'

type Send = (files: readonly LoadedFile[]) => Promise<void>

/**
 * Tells each file that this process loads from now on, before it is read, and each that it looks for in vain; not those of
 * packages. Node 22.15 and newer; an older one tells the file that it is given alone. Gives what resolves when all
 * that was told so far has been sent.
 */
export function reportLoads(first: string, send: Send): () => Promise<void> {
  const told = new Set<string>()
  const sending = new Set<Promise<void>>()
  const note = (path: string) => {
    if (told.has(path) || /[\\/]node_modules[\\/]/.test(path)) return
    told.add(path)
    const sent = send([toLoadedFile(path)])
    sending.add(sent)
    void sent.then(() => sending.delete(sent))
  }
  note(first)
  if ('registerHooks' in nodeModule) nodeModule.registerHooks(hooksOf(note))
  return async () => void (await Promise.all(sending))
}

function hooksOf(note: (path: string) => void): nodeModule.RegisterHooksOptions {
  return {
    load(url, context, next) {
      noteUrl(url, note)
      return next(url, context)
    },
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (error instanceof Error && 'url' in error) noteUrl(String(error.url), note)
        throw error
      }
    },
  }
}

function noteUrl(url: string, note: (path: string) => void): void {
  if (url.startsWith('file:')) note(fileURLToPath(url))
}
