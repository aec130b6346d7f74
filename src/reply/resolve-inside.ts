import { realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { notFound } from './http-error.ts'

/** Which names below the folder are found. */
export interface InsideOptions {
  /** Whether names that begin with a dot are found: `refuse` by default. */
  dotfiles?: 'refuse' | 'allow'
}

/**
 * The real path of a file or folder below another folder, its links followed; `path` has `/` between its names, and is
 * decoded.
 * @throws HttpError 404 for what is not there, or leads out of the folder: `..`, a whole path, a link; and for a name
 * that is empty, begins with a dot, or holds a backslash or NUL. The error of node:fs otherwise.
 */
export async function resolveInside(
  root: string,
  path: string,
  { dotfiles = 'refuse' }: InsideOptions = {},
): Promise<string> {
  const isKnown = (name: string) => isName(name) && (dotfiles === 'allow' || !name.startsWith('.'))
  const names = path === '' ? [] : path.split('/')
  if (!names.every(isKnown)) throw notFound()
  const [top, found] = await Promise.all([realpath(root), realpath(join(root, ...names))]).catch(toNotFound)
  const inside = relative(top, found)
  if (inside !== '' && !inside.split(sep).every(isKnown)) throw notFound()
  return found
}

// On Windows a colon stands for a drive, or for another stream of the file.
const forbidden = sep === '\\' ? /[\0\\/:]/ : /[\0\\/]/

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !forbidden.test(name)
}

const absent: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'])

/** Throws 404 in place of an error of node:fs that says that there is no such file; any other as it is. */
export function toNotFound(error: unknown): never {
  if (error instanceof Error && 'code' in error && absent.has(error.code)) throw notFound()
  throw error
}
