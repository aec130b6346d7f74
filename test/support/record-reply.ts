import type { Ending, Piece, ReplyHead, ReplyListener } from '../../src/client/connection.ts'

type Fields = readonly (readonly [name: string, value: string])[]

/** A listener of a reply that keeps what it is told, and lets a test wait for it. */
export class RecordReply implements ReplyListener {
  /** What was told, in its order and in short; endings without their times. */
  readonly events: string[] = []
  readonly interims: ReplyHead[] = []
  readonly heads: ReplyHead[] = []
  readonly pieces: Piece[] = []
  readonly extras: Piece[] = []
  readonly sent: Fields[] = []
  ending: Ending | undefined
  readonly #ended = Promise.withResolvers<Ending>()
  #waiting: (() => void)[] = []

  interim(head: ReplyHead): void {
    this.interims.push(head)
    this.#note(`interim ${head.status}`)
  }

  head(head: ReplyHead): void {
    this.heads.push(head)
    this.#note(`head ${head.status}`)
  }

  piece(piece: Piece): void {
    this.pieces.push(piece)
    this.#note(`piece ${toText(piece)}`)
  }

  trailers(fields: Fields): void {
    this.sent.push(fields)
    this.#note(`trailers ${fields.map((field) => field.join(': ')).join(', ')}`)
  }

  end(ending: Ending): void {
    this.ending = ending
    const { at: _at, ...rest } = ending
    this.#note(`end ${Object.values(rest).join(' ')}`)
    this.#ended.resolve(ending)
  }

  extra(piece: Piece): void {
    this.extras.push(piece)
    this.#note(`extra ${toText(piece)}`)
  }

  /** All of the body so far, as latin1. */
  get text(): string {
    return this.pieces.map(toText).join('')
  }

  /** Resolves with the end. */
  whenEnded(): Promise<Ending> {
    return this.#ended.promise
  }

  /** Resolves when this many events have been told. */
  async whenTold(count: number): Promise<void> {
    while (this.events.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #note(event: string): void {
    this.events.push(event)
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function toText({ bytes }: Piece): string {
  return Buffer.from(bytes).toString('latin1')
}
