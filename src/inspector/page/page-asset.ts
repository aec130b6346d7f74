// The files that the page loads. Its scripts are the modules of this folder: as they are from `dist`, with their types
// taken out where millrace runs from its source.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { notFound } from '../../reply/http-error.ts'
import { type Reply, reply } from '../../reply/reply.ts'

/** Nothing is loaded from elsewhere, and no script or style that is written into the page is taken. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** The modules of the page, without the extension. */
export const moduleNames: readonly string[] = [
  'browser/announcer',
  'browser/chosen-panel',
  'browser/feed',
  'browser/find-element',
  'browser/inspector',
  'browser/main',
  'browser/reply-rows',
  'browser/timeline',
  'model/block-series',
  'model/columns',
  'model/describe-ending',
  'model/describe-wait',
  'model/format',
  'model/matches-words',
  'model/reply-list',
  'model/sum-replies',
]

interface Asset {
  type: string
  read(): string | Promise<string>
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke="#0a8a94" stroke-width="3.5"
stroke-linecap="round"><path d="M3 11q6.5-6 13 0t13 0M3 21q6.5-6 13 0t13 0"/></g></svg>`

// A Chromium that was started without a language says `en-US@posix`, for which `uplot` fails when it is loaded.
const knownLanguage = `try { new Intl.NumberFormat(navigator.language) }
catch { Object.defineProperty(navigator, 'language', { value: 'en' }) }
`

const assets: ReadonlyMap<string, Asset> = new Map<string, Asset>([
  ['icon.svg', { type: 'image/svg+xml', read: () => icon }],
  ['page.css', { type: 'text/css', read: () => readBeside('page.css') }],
  ['uplot.css', { type: 'text/css', read: () => readUplot('uPlot.min.css') }],
  [
    'uplot.js',
    { type: 'text/javascript', read: async () => knownLanguage + (await readUplot('uPlot.iife.min.js')) },
  ],
  ...moduleNames.map((name): [string, Asset] => [
    moduleName(name),
    { type: 'text/javascript', read: () => readModule(moduleName(name)) },
  ]),
])

/** What a module of the page is called: `.ts` where millrace runs from its source, as in the imports there. */
export function moduleName(name: string): string {
  return name + extension
}

/**
 * A file that the page loads, by its path below `assets/`.
 * @throws HttpError 404 for any other name.
 */
export async function pageAsset(name: string): Promise<Reply> {
  const asset = assets.get(name)
  if (!asset) throw notFound()
  const headers = { ...pageHeaders, 'content-type': `${asset.type};charset=UTF-8` }
  return reply(await asset.read(), { headers })
}

// The package has no `exports`: its main file is in the folder of the others, wherever npm has put it.
function readUplot(file: string): Promise<string> {
  const main = createRequire(import.meta.url).resolve('uplot')
  return readFile(new URL(file, pathToFileURL(main)), 'utf8')
}

function readBeside(file: string): Promise<string> {
  return readFile(new URL(file, import.meta.url), 'utf8')
}

async function readModule(file: string): Promise<string> {
  const text = await readBeside(file)
  if (extension === '.js') return text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
  // Imported here: the first releases of Node.js 22 do not have it.
  const { stripTypeScriptTypes } = await import('node:module')
  return stripTypeScriptTypes(text)
}
