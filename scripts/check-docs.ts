import { dirname, join } from 'node:path/posix'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readFiles, reportProblems, root, type Files } from './read-files.ts'
import { readModule } from './read-module.ts'

const guarantees = 14
// Guarantees from this number on are built later, and need no test yet.
const provedUpTo = 10

const maxLines: Readonly<Record<string, number>> = {
  'README.md': 150,
  'CONTRIBUTING.md': 80,
  'TENETS.md': 40,
}

/** The pages, and whether there is a file or folder at a path of the repository. */
interface Site {
  pages: Files
  exists: (path: string) => boolean
}

/** Finds what is wrong in the pages: links that lead nowhere, length, names, and an incomplete contract. */
export function checkDocs({ pages, exists }: Site): string[] {
  const faults = [...pages].flatMap(([path, text]) => [
    ...linkFaults(path, text, { pages, exists }),
    ...pageFaults(path, text),
  ])
  return [...faults, ...contractFaults(pages.get('docs/contract.md'))]
}

/** Finds the guarantees that no test names in its title or file name, and titles that name none that exists. */
export function checkProofs(tests: Files): string[] {
  const titles = [...tests].flatMap(([path, text]) => [
    { path, line: 1, text: path.replace(/^.*\//, '').toUpperCase() },
    ...readModule(path, text).titles.map((title) => ({ path, ...title })),
  ])
  const named = titles.flatMap((title) => numbersIn(title.text).map((number) => ({ ...title, number })))
  const proved = new Set(named.map(({ number }) => number))
  const unproved = oneTo(provedUpTo).filter((number) => !proved.has(number))
  return [
    ...unproved.map((number) => `G${number}: no test under src or test has it in its name`),
    ...named
      .filter(({ number }) => number < 1 || number > guarantees)
      .map(({ path, line, number }) => `${path}:${line}: there is no guarantee G${number}`),
  ]
}

function oneTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/(?<![A-Za-z\d])G(\d+)(?![A-Za-z\d])/g)].map(([, digits]) => Number(digits))
}

function contractFaults(text: string | undefined): string[] {
  if (text === undefined) return ['docs/contract.md: is missing; it lists the guarantees G1 to G14']
  // A guarantee is stated in a heading, or at the start of a table row or list item.
  const stated = withoutCode(text).flatMap((line) => {
    const digits = /^(?:#+\s|\|\s?|[-*]\s)\s*(?:<a [^>]*><\/a>\s*)?\**G(\d+)\b/.exec(line)?.[1]
    return digits === undefined ? [] : [Number(digits)]
  })
  const wanted = oneTo(guarantees)
  const isComplete = stated.length === guarantees && wanted.every((number, index) => stated[index] === number)
  const found = stated.map((number) => `G${number}`).join(', ') || 'none'
  return isComplete ? [] : [`docs/contract.md: states ${found}; it must state G1 to G14, once each, in order`]
}

function pageFaults(path: string, text: string): string[] {
  const lines = text.split('\n').length - 1
  const most = maxLines[path]
  const unknown = numbersIn(text).filter((number) => number < 1 || number > guarantees)
  return [
    ...(most !== undefined && lines > most ? [`${path}: has ${lines} lines; ${most} are the most`] : []),
    ...unknown.map((number) => `${path}: there is no guarantee G${number}`),
    ...fileNameFaults(path),
  ]
}

function fileNameFaults(path: string): string[] {
  if (
    path.startsWith('changes/') &&
    !/\/(?:README|[a-z\d-]+\.(?:added|changed|fixed|removed))\.md$/.test(path)
  ) {
    return [`${path}: a change note is called changes/<slug>.<added|changed|fixed|removed>.md`]
  }
  if (path.startsWith('decisions/') && !/\/(?:README|\d{3}-[a-z\d-]+)\.md$/.test(path)) {
    return [`${path}: a decision is called decisions/NNN-title.md`]
  }
  return []
}

// The lines of a page, those inside fences emptied and code spans taken out.
function withoutCode(text: string): string[] {
  let fence = ''
  return text.split('\n').map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
    const isInside = fence !== '' || mark !== ''
    if (fence === '') fence = mark
    else if (mark.startsWith(fence)) fence = ''
    return isInside ? '' : line.replaceAll(/(`+)[^`].*?\1/g, '')
  })
}

function linkFaults(path: string, text: string, site: Site): string[] {
  return withoutCode(text).flatMap((line, index) =>
    [...line.matchAll(/\]\(\s*<?([^)\s>]+)/g)].flatMap(([, link = '']) => {
      const fault = /^[a-z][a-z\d+.-]*:/.test(link) ? undefined : linkFault(path, link, site)
      return fault === undefined ? [] : [`${path}:${index + 1}: ${fault}`]
    }),
  )
}

function linkFault(path: string, link: string, { pages, exists }: Site): string | undefined {
  const [name = '', anchor = ''] = link.split('#')
  const target = name === '' ? path : join(dirname(path), decodeURIComponent(name))
  if (target.startsWith('..') || target.startsWith('/')) return `${link} leads out of the repository`
  if (!exists(target)) return `${link} leads to ${target}, which does not exist`
  const page = pages.get(target)
  if (anchor === '' || page === undefined || anchorsOf(page).includes(anchor)) return undefined
  return `${link} leads to a heading that ${target} does not have`
}

function anchorsOf(page: string): string[] {
  const ids = [...page.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id ?? '')
  const headings = page.split('\n').flatMap((line) => /^#{1,6}\s+(.*)/.exec(line)?.[1] ?? [])
  const slugs = headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
  return [...ids, ...slugs]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pages = readFiles('*.md', '{docs,decisions,changes,bench,demo,examples}/**/*.md')
  const tests = readFiles('src/**/*.test.ts', 'test/**/*.ts')
  const problems = [
    ...checkDocs({ pages, exists: (path) => existsSync(join(root, path)) }),
    ...checkProofs(tests),
  ]
  reportProblems(problems, `${pages.size} pages: links, lengths and the contract are right`)
}
