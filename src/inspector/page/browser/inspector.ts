// The page as a whole: what comes from the server goes into the list, and what is in the list is shown a few times in a
// second, however much has come.
import type { EndedReply, InspectedProcess, LiveReply } from '../../inspector-event.ts'
import { endedColumns, endedTexts, liveColumns, liveTexts } from '../model/columns.ts'
import { describeEnding } from '../model/describe-ending.ts'
import { describeWait } from '../model/describe-wait.ts'
import { formatClock, formatCount, formatRate } from '../model/format.ts'
import { matchesWords, toWords } from '../model/matches-words.ts'
import { ReplyList } from '../model/reply-list.ts'
import { sumReplies } from '../model/sum-replies.ts'
import { Announcer } from './announcer.ts'
import { ChosenPanel, type Choice } from './chosen-panel.ts'
import { Feed } from './feed.ts'
import { findElement, setText } from './find-element.ts'
import { ReplyRows } from './reply-rows.ts'

// In milliseconds. What comes after a while of silence is shown at once, what comes quickly this often.
const leastPause = 250
const calmPause = 1_000
const stallsSaidEvery = 30_000

const nothing = {
  'in-flight': 'Nothing is being sent.',
  ended: 'Nothing has ended since this page began to watch.',
}

/** What the page shows: it stays as it is while the reader has paused it, or the server is gone. */
interface Seen {
  readonly now: number
  readonly live: readonly LiveReply[]
  readonly ended: readonly EndedReply[]
  readonly unlisted: number
}

interface Counts {
  readonly shown: number
  readonly all: number
  /** How many the server has not listed. */
  readonly unlisted: number
}

/** Shows what a server sends, as long as the page is open. */
export class Inspector {
  readonly #list = new ReplyList()
  readonly #panel = new ChosenPanel((ended) => this.#change(ended))
  readonly #announcer = new Announcer(findElement('said', HTMLElement))
  readonly #filter = findElement('filter', HTMLInputElement)
  readonly #pause = findElement('pause', HTMLButtonElement)
  readonly #live = new ReplyRows<LiveReply>({
    body: findElement('in-flight-rows', HTMLTableSectionElement),
    columns: liveColumns,
    state: (one, now) => liveState(one, now),
    choose: (one) => this.#choose(one),
  })
  readonly #ended = new ReplyRows<EndedReply>({
    body: findElement('ended-rows', HTMLTableSectionElement),
    columns: endedColumns,
    state: ({ how }) => describeEnding(how).kind,
    choose: (one) => this.#choose(one),
  })
  // What the clock of the server is ahead of `performance.now()`.
  #ahead = -Infinity
  #isPaused = false
  #link: 'connecting' | 'live' | 'gone' = 'connecting'
  #stallsSaidAt = -Infinity
  #shownAt = -Infinity
  #timer: number | undefined
  #words: readonly string[] = []
  #seen: Seen = { now: 0, live: [], ended: [], unlisted: 0 }

  constructor() {
    new Feed(document.body.dataset['events'] ?? 'events', {
      snapshot: (snapshot) => {
        if (this.#list.start(snapshot)) this.#panel.choose(undefined)
        setText(findElement('process', HTMLElement), describeProcess(snapshot.process))
        this.#ahead = snapshot.now - performance.now()
        this.#setLink('live')
        this.#showSoon()
      },
      turn: (turn) => {
        this.#list.turn(turn)
        // The one that was on its way for the shortest time is right.
        this.#ahead = Math.max(this.#ahead, turn.now - performance.now())
        this.#showSoon()
      },
      gone: () => this.#setLink('gone'),
    })
    this.#listen()
    // Times go on also while nothing comes.
    window.setInterval(() => this.#showSoon(), calmPause)
  }

  #listen(): void {
    this.#filter.addEventListener('input', () => this.#setFilter())
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#isPaused))
    findElement('timeline-close', HTMLButtonElement).addEventListener('click', () => this.#putAway())
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && event.target !== this.#filter) this.#putAway()
    })
  }

  #showSoon(): void {
    const pause = matchMedia('(prefers-reduced-motion: reduce)').matches ? calmPause : leastPause
    this.#timer ??= window.setTimeout(() => this.#tick(), this.#shownAt + pause - performance.now())
  }

  #tick(): void {
    window.clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#link !== 'live' || this.#isPaused) return
    this.#shownAt = performance.now()
    const live = [...this.#list.live.values()].filter(({ isOwn }) => !isOwn)
    live.sort((one, other) => one.startedAt - other.startedAt)
    const { ended, totals } = this.#list
    this.#seen = { now: performance.now() + this.#ahead, live, ended, unlisted: totals.unlisted }
    this.#show()
  }

  #show(): void {
    const { now, live, ended, unlisted } = this.#seen
    const liveShown = live.filter((one) => matchesWords(this.#words, liveTexts(one, now)))
    const endedShown = ended.filter((one) => matchesWords(this.#words, endedTexts(one)))
    this.#live.show(liveShown, now, this.#panel.chosen)
    this.#ended.show(endedShown, now, this.#panel.chosen)
    this.#showSums(this.#seen)
    this.#showCounts('in-flight', { shown: liveShown.length, all: live.length, unlisted })
    this.#showCounts('ended', { shown: endedShown.length, all: ended.length, unlisted: 0 })
    this.#showPanel(this.#seen)
  }

  #showSums({ live, now, unlisted }: Seen): void {
    const { inFlight, application, client, stalled, rate } = sumReplies(live, now)
    setFact('in-flight', formatCount(inFlight + unlisted))
    setFact('application', formatCount(application))
    setFact('client', formatCount(client))
    setFact('stalled', formatCount(stalled))
    setFact('rate', formatRate(rate) || '0 B/s')
    findElement('fact-stalled', HTMLElement).parentElement?.classList.toggle('some', stalled > 0)
    if (stalled > 0) this.#sayStalled(stalled)
  }

  #sayStalled(stalled: number): void {
    if (performance.now() - this.#stallsSaidAt < stallsSaidEvery) return
    this.#stallsSaidAt = performance.now()
    this.#announcer.say(stalled === 1 ? 'A client is stalled.' : `${stalled} clients are stalled.`)
  }

  #showCounts(table: 'in-flight' | 'ended', { shown, all, unlisted }: Counts): void {
    const part = this.#words.length > 0 && all > 0 ? `${formatCount(shown)} of ${formatCount(all)}` : ''
    const more = unlisted > 0 ? `${formatCount(unlisted)} more are not listed` : ''
    setText(findElement(`${table}-count`, HTMLElement), [part, more].filter((text) => text !== '').join(', '))
    const empty = findElement(`${table}-empty`, HTMLElement)
    empty.hidden = shown > 0
    findElement(`${table}-scroll`, HTMLElement).hidden = shown === 0
    setText(empty, all > 0 ? 'Nothing here matches the filter.' : nothing[table])
  }

  #showPanel({ live, ended, now }: Seen): void {
    const id = this.#panel.chosen
    if (id === undefined) return
    const choice = live.find((one) => one.id === id) ?? ended.find((one) => one.id === id)
    this.#panel.show(choice, now)
  }

  #change(ended: EndedReply | undefined): void {
    if (ended)
      this.#announcer.say(`${ended.method} ${ended.path} has ended: ${describeEnding(ended.how).text}.`)
    this.#showSoon()
  }

  #choose(choice: Choice): void {
    const isChosen = choice.id === this.#panel.chosen
    this.#panel.choose(isChosen ? undefined : choice, this.#list.process)
    this.#show()
  }

  // The focus goes back to where the choice was made.
  #putAway(): void {
    const id = this.#panel.chosen
    if (id === undefined) return
    this.#panel.choose(undefined)
    this.#show()
    if (!this.#live.focus(id)) this.#ended.focus(id)
  }

  #setFilter(): void {
    this.#words = toWords(this.#filter.value)
    this.#show()
    const texts = ['in-flight-count', 'ended-count'].map(
      (id) => findElement(id, HTMLElement).textContent || 'none',
    )
    if (this.#words.length > 0) this.#announcer.say(`In flight: ${texts[0]}. Ended: ${texts[1]}.`)
  }

  #setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#pause.setAttribute('aria-pressed', String(isPaused))
    this.#showLink()
    this.#tick()
  }

  #setLink(link: 'live' | 'gone'): void {
    const before = this.#link
    this.#link = link
    this.#showLink()
    this.#tick()
    if (link === before || (before === 'connecting' && link === 'live')) return
    this.#announcer.say(link === 'gone' ? 'The server is gone.' : 'The server is back.')
  }

  #showLink(): void {
    const state = this.#link === 'live' && this.#isPaused ? 'paused' : this.#link
    const link = findElement('link', HTMLElement)
    if (link.dataset['state'] === state) return
    link.dataset['state'] = state
    document.body.classList.toggle('gone', state === 'gone')
    setText(findElement('link-text', HTMLElement), linkText(state))
  }
}

function liveState(reply: LiveReply, now: number): string {
  const { kind } = describeWait(reply, now)
  const isBusy = reply.lastBlockAt !== null && now - reply.lastBlockAt < 1_000
  return kind === 'stalled' || !isBusy ? kind : `${kind} busy`
}

function describeProcess({ pid, worker, node }: InspectedProcess): string {
  const who =
    worker === null
      ? `Process ${pid}`
      : `Worker ${worker} (process ${pid}), which knows its own replies alone`
  return `${who}, Node.js ${node}.`
}

function linkText(state: string): string {
  if (state === 'live') return 'Live'
  const clock = formatClock(Date.now())
  if (state === 'paused') return `Paused at ${clock}`
  return `The server is gone since ${clock}; trying again`
}

function setFact(name: string, text: string): void {
  setText(findElement(`fact-${name}`, HTMLElement), text)
}
