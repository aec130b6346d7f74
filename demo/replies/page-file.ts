import { file, notFound } from 'millrace'
import { readdirSync } from 'node:fs'

const folder = new URL('../pages/', import.meta.url)

// Whatever else a path may name, only these are served.
const names: ReadonlySet<string> = new Set(readdirSync(folder))

// The pages load nothing from elsewhere, and run no script that is written into them.
const headers = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'",
  'x-content-type-options': 'nosniff',
}

/**
 * A file of the pages of the demo.
 * @throws HttpError 404 for any other name.
 */
export async function pageFile(name: string): Promise<Response> {
  if (!names.has(name)) throw notFound()
  return file(new URL(name, folder), { headers })
}
