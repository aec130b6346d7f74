import { svgElement, svgLabel, svgText } from '../bench/plot/svg-element.ts'
import { guarantees } from '../src/conformance/conformance-cases.ts'
import { type GuaranteeCell, marks, toCell } from './guarantee-cell.ts'
import { subjects } from './subjects.ts'
import { groups, type Row, type Scoreboard } from './scoreboard.ts'

const margin = 16
const left = 206
const column = 73
const rowHeight = 36
const top = 112
const gap = 34
const width = left + column * guarantees.length + margin

// Characters that a cell has room for in one line of its figure.
const lineLength = 14

/** Draws every row and every guarantee as an SVG that stands alone. */
export function drawBoard({ rows }: Scoreboard): string {
  const parts: string[] = []
  let y = top
  for (const group of groups) {
    const ofIt = rows.filter((row) => row.group === group)
    if (ofIt.length === 0) continue
    parts.push(svgLabel(group, { x: margin, y: y + 20, class: 'group' }))
    y += gap
    for (const row of ofIt) {
      parts.push(drawRow(row, y))
      y += rowHeight
    }
  }
  return drawFrame(y + margin, [...describe(rows), ...drawHead(), ...parts])
}

function drawFrame(height: number, parts: readonly string[]): string {
  const size = { viewBox: `0 0 ${width} ${height}`, width, height }
  const names = { role: 'img', 'aria-labelledby': 'title desc' }
  const lines = parts.map((part) => `\n${part}`)
  return `${svgElement('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size, ...names }, ...lines, '\n')}\n`
}

function describe(rows: readonly Row[]): string[] {
  const counts = rows.map((row) => {
    const kept = guarantees.filter((guarantee) => toCell(row, guarantee).kind === 'kept').length
    return `${row.title}${row.group === 'behind nginx' ? ' behind nginx' : ''}: ${kept}`
  })
  return [
    svgElement('title', { id: 'title' }, 'Which servers keep which guarantees'),
    svgElement(
      'desc',
      { id: 'desc' },
      svgText(`Guarantees kept, of ${guarantees.length}. ${counts.join('; ')}.`),
    ),
    svgElement('style', {}, style),
  ]
}

function drawHead(): string[] {
  const middle = { 'text-anchor': 'middle' }
  return [
    svgLabel('Which servers keep which guarantees?', { x: margin, y: 28, class: 'title' }),
    svgLabel(
      '✓ kept, with the first figure   ✗ not kept, with what was seen first, and how many of its cases were kept; lighter where at least half were   – no means for it',
      {
        x: margin,
        y: 50,
      },
    ),
    ...guarantees.flatMap((guarantee, index) => [
      svgLabel(guarantee, { x: middleOf(index), y: 84, class: 'name', ...middle }),
      svgLabel(subjects[guarantee], { x: middleOf(index), y: 100, class: 'figure', ...middle }),
    ]),
  ]
}

function drawRow(row: Row, y: number): string {
  const name = svgLabel(row.title, { x: left - 10, y: y + 21, class: 'name', 'text-anchor': 'end' })
  if (row.missing !== undefined) {
    return svgElement('g', {}, name, svgLabel('could not be asked', { x: left + 4, y: y + 21 }))
  }
  const cells = guarantees.map((guarantee, index) => drawCell(toCell(row, guarantee), index, y))
  return svgElement('g', {}, name, ...cells)
}

function drawCell(cell: GuaranteeCell, index: number, y: number): string {
  const x = middleOf(index)
  const kind = `${cell.kind.replaceAll(' ', '-')}${cell.kept * 2 >= cell.offered ? ' mostly' : ''}`
  if (cell.kind === 'not offered') {
    return svgLabel(marks[cell.kind], { x, y: y + 21, 'text-anchor': 'middle' })
  }
  const box = { x: x - column / 2 + 1.5, y: y + 1.5, width: column - 3, height: rowHeight - 3, rx: 4 }
  const share = cell.kind === 'kept' ? '' : ` ${cell.kept}/${cell.offered}`
  const lines = wrap(cell.figure)
  const start = y + (lines.length > 1 ? 12 : 16)
  const place = (line: number) => ({ x, y: start + line * 9.5 + 1, 'text-anchor': 'middle' })
  return svgElement(
    'g',
    { class: kind },
    svgElement('title', {}, svgText(cell.figure)),
    svgElement('rect', box),
    svgLabel(`${marks[cell.kind]}${share}`, { x, y: start, class: 'mark', 'text-anchor': 'middle' }),
    ...lines.map((line, number) => svgLabel(line, { ...place(number + 1), class: 'figure' })),
  )
}

function middleOf(index: number): number {
  return left + column * index + column / 2
}

/** Two lines at most, as even as words allow; what has no room in them ends with an ellipsis. */
export function wrap(text: string): string[] {
  if (text.length <= lineLength) return [text]
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index).filter((index) => index <= lineLength)
  const longer = (end: number) => Math.max(end, text.length - end - 1)
  const end = spaces.toSorted((one, other) => longer(one) - longer(other))[0] ?? lineLength
  const rest = text.slice(end).trim()
  return [text.slice(0, end), rest.length > lineLength ? `${rest.slice(0, lineLength - 1).trim()}…` : rest]
}

// Each box has its own ground, so that its text can be read on a light and on a dark page.
const style = `
text { font: 12px -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #656d76 }
.title { font-size: 17px; font-weight: 600 }
.group { font-size: 13px; font-weight: 600 }
.name { font-size: 12.5px; font-weight: 600 }
.mark { font-size: 11.5px; font-weight: 600 }
.figure { font-size: 9.3px; font-variant-numeric: tabular-nums }
.title, .name { fill: #454e58 }
.kept rect { fill: #d8eef5 }
.kept text { fill: #07506a }
.broken rect { fill: #fbdfcb }
.broken text { fill: #86330a }
.broken.mostly rect { fill: #fdf0e6 }
.could-not-run rect { fill: #e6e8eb }
.could-not-run text { fill: #454e58 }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .title, .name { fill: #ccd3db }
  .kept rect { fill: #0d3a4a }
  .kept text { fill: #9adcf2 }
  .broken rect { fill: #552608 }
  .broken text { fill: #ffc59c }
  .broken.mostly rect { fill: #3a2212 }
  .could-not-run rect { fill: #30363d }
  .could-not-run text { fill: #ccd3db }
}
`
