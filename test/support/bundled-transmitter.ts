import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import type { Plugin } from 'vitest/config'

const root = join(import.meta.dirname, '..', '..')
const source = join(root, 'src', 'server', 'transmitter', 'transmit.ts')

/**
 * Starts the transmitters of the suite from one bundle of their modules in place of a hundred files. A suite starts
 * thousands of them, and each reads its modules anew: two thirds of the time of the suite went there.
 *
 * What is started as a process of its own (fixtures, the demo, the package) runs from the files.
 */
export function bundledTransmitter(): Plugin {
  let entry: Promise<string> | undefined
  return {
    name: 'bundled-transmitter',
    enforce: 'pre',
    // What vitest keeps of a file from the last run is by the text of that file, and the bundle is of a hundred others.
    configureVitest({ defineCacheKeyGenerator }) {
      defineCacheKeyGenerator(({ id }) => (isListener(id) ? false : null))
    },
    async transform(code, id) {
      if (!isListener(id)) return undefined
      entry ??= bundle()
      const found = /^const entry = new URL\([^]*?\n\)$/m
      if (!found.test(code)) throw new Error('Cannot find where open-thread.ts names the file of its thread')
      return { code: code.replace(found, `const entry = new URL(${JSON.stringify(await entry)})`), map: null }
    },
  }
}

function isListener(id: string): boolean {
  return id.endsWith('/src/server/thread/open-thread.ts')
}

// The name has the content in it: suites that run at the same time, of several versions, take nothing from each other.
async function bundle(): Promise<string> {
  const build = await rolldown({ input: source, platform: 'node' })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  const files = output.map((one) => ({
    name: one.fileName,
    text: one.type === 'chunk' ? one.code : one.source,
  }))
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16)
  const folder = join(root, 'node_modules', '.cache', `transmitter-${hash}`)
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of files) {
    const path = join(folder, name)
    const unfinished = `${path}.${process.pid}`
    writeFileSync(unfinished, text)
    renameSync(unfinished, path)
  }
  return pathToFileURL(join(folder, output[0].fileName)).href
}
