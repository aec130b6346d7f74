// The rows of a table of replies. A row keeps its place and its elements while its reply lives, and only texts that
// have changed are written: what does not move can be read.
import type { RowColumn } from '../model/columns.ts'
import { createElement, setText } from './find-element.ts'

/** What rows can be made of. */
export interface RowReply {
  readonly id: number
  readonly method: string
  readonly path: string
}

export interface ReplyRowsOptions<T> {
  readonly body: HTMLTableSectionElement
  readonly columns: readonly RowColumn<T>[]
  /** The state of a row, for its style. */
  readonly state: (reply: T, now: number) => string
  readonly choose: (reply: T) => void
}

interface Row<T> {
  reply: T
  readonly row: HTMLTableRowElement
  readonly button: HTMLButtonElement
  readonly cells: readonly HTMLTableCellElement[]
}

/** One table of replies: one stop for the tab key, arrows from row to row, Enter chooses. */
export class ReplyRows<T extends RowReply> {
  readonly #options: ReplyRowsOptions<T>
  readonly #rows = new Map<number, Row<T>>()
  // The row that the tab key comes to.
  #current: number | undefined

  constructor(options: ReplyRowsOptions<T>) {
    this.#options = options
    options.body.addEventListener('keydown', (event) => this.#press(event))
  }

  /** Shows these replies in this order. */
  show(replies: readonly T[], now: number, chosen: number | undefined): void {
    const shown = new Set(replies.map(({ id }) => id))
    for (const id of this.#rows.keys()) if (!shown.has(id)) this.#remove(id)
    let place = this.#options.body.firstElementChild
    for (const reply of replies) {
      const row = this.#rows.get(reply.id) ?? this.#add(reply)
      this.#fill(row, reply, now)
      setAttribute(row.button, 'aria-pressed', String(reply.id === chosen))
      if (row.row === place) place = place.nextElementSibling
      else this.#options.body.insertBefore(row.row, place)
    }
    if (this.#current === undefined || !this.#rows.has(this.#current)) this.#makeCurrent(replies[0]?.id)
  }

  /** Puts the focus on the row of a reply; tells whether there is one. */
  focus(id: number): boolean {
    const row = this.#rows.get(id)
    row?.button.focus()
    return row !== undefined
  }

  #add(reply: T): Row<T> {
    const row = createElement('tr')
    const head = createElement('th', 'c-route')
    head.scope = 'row'
    const button = createElement('button', 'choose')
    button.type = 'button'
    button.tabIndex = -1
    button.append(createElement('span', 'lamp'), createElement('span', 'method', reply.method), ' ')
    const path = createElement('span', 'path', reply.path)
    path.title = reply.path
    button.append(path)
    head.append(button)
    const cells = this.#options.columns.map(({ name, title, isNumber }) => {
      const cell = createElement('td', isNumber ? `c-${name} number` : `c-${name}`)
      cell.dataset['title'] = title
      cell.setAttribute('role', 'cell')
      return cell
    })
    row.setAttribute('role', 'row')
    head.setAttribute('role', 'rowheader')
    row.append(head, ...cells)
    const added: Row<T> = { reply, row, button, cells }
    row.addEventListener('click', () => this.#options.choose(added.reply))
    button.addEventListener('focus', () => this.#makeCurrent(reply.id))
    this.#rows.set(reply.id, added)
    return added
  }

  #fill(row: Row<T>, reply: T, now: number): void {
    row.reply = reply
    setAttribute(row.row, 'data-state', this.#options.state(reply, now))
    for (const [index, cell] of row.cells.entries()) {
      setTexts(cell, this.#options.columns[index]?.text(reply, now) ?? '')
    }
  }

  // The focus does not fall out of the table with the row that had it.
  #remove(id: number): void {
    const row = this.#rows.get(id)
    this.#rows.delete(id)
    if (!row) return
    const isFocused = document.activeElement === row.button
    const next = row.row.nextElementSibling ?? row.row.previousElementSibling
    row.row.remove()
    if (isFocused) next?.querySelector('button')?.focus()
  }

  #makeCurrent(id: number | undefined): void {
    if (this.#current !== undefined) this.#setTabIndex(this.#current, -1)
    this.#current = id
    if (id !== undefined) this.#setTabIndex(id, 0)
  }

  #setTabIndex(id: number, tabIndex: number): void {
    const row = this.#rows.get(id)
    if (row) row.button.tabIndex = tabIndex
  }

  #press(event: KeyboardEvent): void {
    const row = event.target instanceof Element ? event.target.closest('tr') : null
    const next = row && findNext(event.key, row)
    if (!next) return
    event.preventDefault()
    next.querySelector('button')?.focus()
  }
}

function findNext(key: string, row: Element): Element | null | undefined {
  if (key === 'ArrowDown') return row.nextElementSibling
  if (key === 'ArrowUp') return row.previousElementSibling
  if (key === 'Home') return row.parentElement?.firstElementChild
  return key === 'End' ? row.parentElement?.lastElementChild : undefined
}

function setTexts(cell: Element, texts: string | readonly string[]): void {
  if (typeof texts === 'string') return setText(cell, texts)
  if (cell.childElementCount !== texts.length) {
    cell.replaceChildren(...texts.flatMap((_, index) => [createElement('span', `part-${index}`), ' ']))
  }
  for (const [index, text] of texts.entries()) {
    const part = cell.children[index]
    if (part) setText(part, text)
  }
}

function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}
