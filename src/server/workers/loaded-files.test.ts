import { expect, it } from 'vitest'
import { loadedFiles } from './loaded-files.ts'
import type { LoadedFile } from './worker-message.ts'

it('loadedFiles tells who listens last, and nobody when nobody does', () => {
  const files: LoadedFile[] = []
  loadedFiles.tell([{ path: 'a', signature: '1' }])
  loadedFiles.onFiles = (loaded) => files.push(...loaded)
  loadedFiles.tell([{ path: 'b', signature: '1' }])
  loadedFiles.onFiles = undefined
  loadedFiles.tell([{ path: 'c', signature: '1' }])
  expect(files).toEqual([{ path: 'b', signature: '1' }])
})
