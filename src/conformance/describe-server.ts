import { conform, type ConformOptions, selectCases } from './conform.ts'
import type { ConformanceCase } from './conformance-case.ts'
import type { CaseReport } from './running/conformance-report.ts'

/** What a test is given by its runner, as far as it is used here. */
export interface TestContext {
  skip(why?: string): unknown
}

/** What vitest and node:test have in common. One has `afterAll`, the other `after`. */
export interface Runner {
  describe(name: string, body: () => void): unknown
  it(name: string, options: { timeout: number }, body: (context: TestContext) => Promise<void>): unknown
  after?(close: () => Promise<void>): unknown
  afterAll?(close: () => Promise<void>): unknown
}

/** A server that is to be asked: where it listens, and how it is closed when all is over. */
export interface OpenedServer {
  readonly url: string | URL
  close?(): unknown
}

export interface DescribeOptions extends Omit<ConformOptions, 'onCase'> {
  /** What the tests are called. */
  name: string
  /** Starts the server, when the first test begins. */
  open(): OpenedServer | Promise<OpenedServer>
}

const TEST_TIMEOUT = 120_000

/**
 * Makes a test of each case, under vitest or node:test: `describeServer({ describe, it, after }, { name, open })`, or
 * `afterAll` in place of `after`. What the server does not offer is skipped, with the reason. The cases run beside each other
 * from the first test on; each test waits for its own. The server is closed behind the last, and has been stopped by the cases
 * of G14 then, where it offers `/stop`.
 */
export function describeServer(runner: Runner, options: DescribeOptions): void {
  const cases = selectCases(options)
  const end = runner.afterAll ?? runner.after
  if (!end)
    throw new TypeError('Cannot describe a server without `after` or `afterAll`: nothing would close it')
  const running = new RunningSuite(cases, options)
  runner.describe(options.name, () => {
    for (const one of cases) {
      runner.it(
        `${one.guarantee}: ${one.title} (${one.name})`,
        { timeout: TEST_TIMEOUT },
        async (context) => {
          const report = await running.report(one)
          if (report.kind === 'not offered') context.skip(report.evidence.join(' '))
          else check(report)
        },
      )
    }
    end(() => running.close())
  })
}

function check({ kind, figure, evidence, why }: CaseReport): void {
  if (kind === 'kept') return
  throw new Error([`${kind}: ${figure}`, ...evidence, `It matters since ${why}.`].join('\n'))
}

/** One run of the suite that many tests wait for. */
class RunningSuite {
  readonly #options: DescribeOptions
  readonly #reports: ReadonlyMap<string, PromiseWithResolvers<CaseReport>>
  #opened: Promise<OpenedServer> | undefined

  constructor(cases: readonly ConformanceCase[], options: DescribeOptions) {
    this.#options = options
    this.#reports = new Map(cases.map(({ name }) => [name, Promise.withResolvers<CaseReport>()]))
    // A test that is filtered out never waits for its own.
    for (const { promise } of this.#reports.values()) promise.catch(() => {})
  }

  async report({ name }: ConformanceCase): Promise<CaseReport> {
    this.#opened ??= this.#start()
    await this.#opened
    const report = await this.#reports.get(name)?.promise
    if (!report) throw new Error(`Cannot find the report of ${name}: it was not run`)
    return report
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined)
    await opened?.close?.()
  }

  async #start(): Promise<OpenedServer> {
    const opened = await this.#options.open()
    const onCase = (report: CaseReport) => this.#reports.get(report.name)?.resolve(report)
    conform(opened.url, { ...this.#options, onCase }).catch((error: unknown) => {
      for (const { reject } of this.#reports.values()) reject(error)
    })
    return opened
  }
}
