import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The files in which servers under comparison note what became of their sources, one for each case. */
export class Journal {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-comparison-'))

  /** The times of one event in one case, in milliseconds since 1970. */
  times(id: string, event: string): number[] {
    return this.#read(id)
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([name]) => name === event)
      .map(([, time]) => Number(time))
  }

  /** The time of the first such event, waited for; undefined when it does not come within `limit` ms. */
  async when(id: string, event: string, limit = 5000): Promise<number | undefined> {
    const end = performance.now() + limit
    for (;;) {
      const [time] = this.times(id, event)
      if (time !== undefined || performance.now() > end) return time
      await pause(5)
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #read(id: string): string {
    try {
      return readFileSync(join(this.folder, id), 'utf8')
    } catch {
      return '' // nothing has been noted yet
    }
  }
}
