import { stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError } from './app-error.ts'
import { type AppOptions, toAppOptions } from './to-app-options.ts'
import { explainLoadError } from './explain-load-error.ts'

/** What runs it: whether it reads TypeScript. */
interface Runtime {
  readonly features: { readonly typescript: unknown }
}

const UNTYPED =
  `Node.js ${process.version} does not read TypeScript by itself; ` +
  'take 22.18 or newer, or say NODE_OPTIONS=--experimental-strip-types'

/**
 * Loads the file of an application, and says how it is served.
 * @throws AppError that says what is wrong with the file, and where.
 */
export async function loadApp(file: string, { features }: Runtime = process): Promise<AppOptions> {
  const path = resolve(file)
  await checkFile(file, path)
  if (/\.[cm]?ts$/.test(path) && !features.typescript) throw new AppError(`Cannot serve ${file}: ${UNTYPED}`)
  const url = pathToFileURL(path).href
  return toAppOptions(await load(file, url), file)
}

async function checkFile(file: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new AppError(`Cannot serve ${file}: there is no such file in ${process.cwd()}`)
  if (!found.isFile())
    throw new AppError(`Cannot serve ${file}: it is no file; give the file of an application`)
}

async function load(file: string, url: string): Promise<object> {
  try {
    const loaded: object = await import(url)
    return loaded
  } catch (error) {
    throw new AppError(`Cannot serve ${file}: ${explainLoadError(error, url)}`, { cause: error })
  }
}

/** A path as it is told: from the working directory where it is below it. */
export function showPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') || isAbsolute(short) ? path : short
}
