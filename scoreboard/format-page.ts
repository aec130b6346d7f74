import type { ConformanceCase, Guarantee } from '../src/conformance/conformance-case.ts'
import { conformanceCases, guarantees } from '../src/conformance/conformance-cases.ts'
import { marks, toCell } from './guarantee-cell.ts'
import { nginxChoice } from './peers/nginx-peers.ts'
import type { Choice, Peer } from './peers/peer.ts'
import { subjects } from './subjects.ts'
import { type Group, groups, type Row, type Scoreboard, type SeenCase } from './scoreboard.ts'

/** The page docs/scoreboard.md. */
export function formatPage({ machine, rows }: Scoreboard, peers: readonly Peer[]): string {
  return [
    '# The scoreboard',
    '',
    ...introduction,
    '',
    `Seen on ${formatDays(rows)}, on ${machine}.`,
    '',
    '![Every server and every guarantee, as in the tables below](scoreboard.svg)',
    '',
    ...groups.flatMap((group) => formatGroup(group, rows)),
    '## What is asked',
    '',
    ...formatTable(['', 'cases'], guarantees.map(formatQuestions)),
    '',
    '## What was seen where a guarantee is not kept',
    '',
    ...rows.flatMap(formatEvidence),
    '## How each was run',
    '',
    'In the way that its own documentation recommends; whoever knows a better one, please say so.',
    '',
    ...formatTable(
      ['server', 'versions', 'endpoints', 'as its documentation says'],
      [
        ...rows.filter(({ group }) => group !== 'behind nginx').map((row) => formatRun(row, peers)),
        ...formatNginx(rows),
      ],
    ),
    '',
    ...ending,
    '',
  ].join('\n')
}

const titles: Readonly<Record<Group, string>> = {
  millrace: 'millrace',
  'Node.js': 'On Node.js',
  Go: 'On Go',
  Python: 'On Python',
  'behind nginx': 'Behind nginx',
}

const heads = guarantees.map((guarantee) => `${guarantee}<br>${subjects[guarantee]}`)

const introduction = [
  'Which servers keep [G1–G14](contract.md)? Each has the [endpoints](conformance.md#what-the-server-offers) of the',
  'conformance suite, is started alone, and is asked over its socket. Made by `npm run scoreboard`; do not edit.',
  '',
  '* ✓: every case of the guarantee was kept; the figure is that of the first.',
  '* ✗: a case was not kept; the first of them with its figure, and how many of all were kept. What was seen stands',
  '  [below](#what-was-seen-where-a-guarantee-is-not-kept).',
  '* –: the server has no means for what is asked, or its documentation names none: that is no fault.',
  '* ?: nothing can be said.',
  '',
  'The guarantees are those of millrace. G6, G7, G8 and G12 are rules of HTTP and hold for everybody; most others nobody but',
  'millrace has promised. A ✗ says that a server does something else, not that it breaks a promise of its own. Times are of',
  'one run on a busy machine: they tell a millisecond from a second, and no more.',
  '',
  'Two cases nearly nobody keeps, and few clients of today meet them: `g4-http10`, a failure that a client of HTTP/1.0 can',
  'see, and `g10-half-closed`, a client that closes its side early. Where only they are missing, little is.',
]

const ending = [
  '## Again',
  '',
  '```sh',
  'npm run scoreboard                           # all, in about ten minutes; writes this page',
  'npm run scoreboard -- --only=fastify,flask   # these rows again; nginx-fastify is Fastify behind nginx',
  'npm run scoreboard -- --only=hono --quick    # a look, which writes nothing',
  '```',
  '',
  'It installs what npm and pip have. Go, uWSGI, CherryPy and nginx are programs of the system: on Debian',
  '`apt-get install golang-go uwsgi-core uwsgi-plugin-python3 python3-cherrypy3 nginx-light`. What is not there is left out,',
  'with the reason in its row. The numbers behind this page are in [results.json](../scoreboard/results.json), the servers in',
  '[scoreboard/servers](../scoreboard/servers). How it is kept fair: [decision 024](../decisions/024-scoreboard.md).',
  '',
  'A new peer is a file of endpoints in [scoreboard/servers](../scoreboard/servers) and an entry in',
  '[scoreboard/peers](../scoreboard/peers). `npm run scoreboard -- --draw` writes the page and the picture anew from results.json,',
  'without asking anybody.',
]

function formatGroup(group: Group, rows: readonly Row[]): string[] {
  const ofIt = rows.filter((row) => row.group === group)
  if (ofIt.length === 0) return []
  return [`## ${titles[group]}`, '', ...formatTable(['', ...heads], ofIt.map(formatRow)), '']
}

function formatRow(row: Row): string[] {
  return [`**${row.title}**`, ...guarantees.map((guarantee) => formatCell(row, guarantee))]
}

function formatCell(row: Row, guarantee: Guarantee): string {
  const { kind, name, figure, kept, offered } = toCell(row, guarantee)
  if (kind === 'not offered') return marks[kind]
  if (kind === 'kept') return `${marks[kind]} ${escape(figure)}`
  return `${marks[kind]} ${name}: ${escape(figure)} (${kept} of ${offered})`
}

function formatQuestions(guarantee: Guarantee): string[] {
  const cases = conformanceCases.filter((one) => one.guarantee === guarantee)
  return [
    guarantee,
    cases.map(({ name, title }: ConformanceCase) => `\`${name}\` ${escape(title)}`).join('<br>'),
  ]
}

function formatEvidence(row: Row): string[] {
  const title = row.group === 'behind nginx' ? `${row.title} behind nginx` : row.title
  if (row.missing !== undefined) return [`**${title}** could not be asked: ${escape(row.missing)}`, '']
  const seen = row.cases.filter(({ kind }) => kind === 'broken' || kind === 'could not run')
  if (seen.length === 0) return []
  const lines = seen.map(formatSeen)
  return [
    '<details>',
    `<summary>${title}: ${seen.length} of ${row.cases.length} cases</summary>`,
    '',
    ...lines,
    '',
    '</details>',
    '',
  ]
}

function formatSeen({ guarantee, name, figure, evidence }: SeenCase): string {
  return `* ${guarantee} \`${name}\`: **${escape(figure)}**. ${evidence.map(escape).join(' ')}`
}

function formatRun(row: Row, peers: readonly Peer[]): string[] {
  const peer = peers.find(({ name }) => name === row.name)
  const versions = Object.entries(row.versions).map(([name, version]) => `${name} ${version}`)
  const file = peer ? `[${peer.file}](../scoreboard/servers/${peer.file})` : ''
  const seen = row.missing === undefined ? versions.join(', ') : 'missing'
  return [row.title, seen, file, formatChoices(peer?.choices ?? [])]
}

// The servers behind it are those above, run in the same way.
function formatNginx(rows: readonly Row[]): string[][] {
  const version = rows.find(({ versions }) => 'nginx' in versions)?.versions['nginx']
  const file = '[peers/nginx-peers.ts](../scoreboard/peers/nginx-peers.ts)'
  return version === undefined ? [] : [['nginx', version, file, formatChoices([nginxChoice])]]
}

function formatChoices(choices: readonly Choice[]): string {
  return choices.map(({ what, page }) => `[${what}](${page})`).join(', ')
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

function formatDays(rows: readonly Row[]): string {
  const days = [...new Set(rows.map(({ when }) => when.slice(0, 10)))].sort()
  return days.length > 1 ? `${days[0]} to ${days.at(-1)}` : `${days[0]}`
}

// What servers have sent stands in the evidence: it must not become Markdown.
function escape(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
}
