import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for the files of one test; removed when it is disposed of. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'millrace-demo-'))

  file(name: string): string {
    return join(this.path, name)
  }

  /** The names of what is in it. */
  list(): string[] {
    return readdirSync(this.path).toSorted()
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
