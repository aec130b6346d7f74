// A Chromium that npm carries: it needs nothing of the machine, not even the libraries that a browser needs elsewhere.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** The machines that the package has a Chromium for. */
export const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

// It is unpacked once for all test files, by each user of the machine, and again for another version of the package.
const description = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url)
const version = /"version": "([^"]+)"/.exec(readFileSync(description, 'utf8'))?.[1] ?? ''
const folder = join(tmpdir(), `millrace-chromium-v${version}-${process.getuid?.() ?? 0}`)

/** Starts a browser; close it. The first start unpacks it, which takes some seconds. */
export async function openBrowser(): Promise<Browser> {
  // It tells the package that libraries are wanted too, when it is imported.
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs22.x'
  const { default: packed } = await import('@sparticuz/chromium')
  if (!existsSync(folder)) await unpack(() => packed.executablePath())
  packed.setGraphicsMode = false
  const libraries = [join(folder, 'al2023', 'lib'), process.env['LD_LIBRARY_PATH'] ?? '']
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // With everything in one process the browser goes with its first page, and without its rules for origins it tells a
    // page nothing of the sizes of replies.
    args: packed.args.filter((arg) => arg !== '--single-process' && arg !== '--disable-web-security'),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.filter((path) => path !== '').join(':'),
      FONTCONFIG_FILE: join(folder, 'own-fonts.conf'),
    },
  })
}

// Two test files may come at the same time: whoever is second throws its copy away.
async function unpack(unpackAll: () => Promise<string>): Promise<void> {
  const before = tmpdir()
  const unpacked = await mkdtemp(`${folder}-`)
  process.env['TMPDIR'] = unpacked
  try {
    await unpackAll()
  } finally {
    process.env['TMPDIR'] = before
  }
  // The package looks for its fonts in /tmp, where it unpacks them elsewhere.
  const places = `<dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir>`
  await writeFile(join(unpacked, 'own-fonts.conf'), `<?xml version="1.0"?><fontconfig>${places}</fontconfig>`)
  try {
    await rename(unpacked, folder)
  } catch (error) {
    await rm(unpacked, { recursive: true })
    if (!existsSync(folder)) throw error
  }
}
