import { readFile } from 'node:fs/promises'
import { defineCommand } from 'citty'
import colours from 'picocolors'
import type { ClientProtocol } from '../../client/connection.ts'
import { conform, ConformanceError, type ConformOptions, selectCases } from '../conform.ts'
import type { Guarantee } from '../conformance-case.ts'
import { guarantees } from '../conformance-cases.ts'
import type { ConformanceReport } from '../running/conformance-report.ts'
import { formatReport } from '../running/format-report.ts'

const protocols: Readonly<Record<string, ClientProtocol>> = { '1.1': 'HTTP/1.1', '2': 'HTTP/2' }

/** `millrace conform URL`: 0 when all that the server offers was kept, 1 when something was broken, 2 when it could not be asked. */
export const conformCommand = defineCommand({
  meta: {
    name: 'conform',
    description: 'Asks a server whether it keeps G1 to G14, by the endpoints of docs/conformance.md',
  },
  args: {
    url: {
      type: 'positional',
      description: 'Where the endpoints are, such as http://localhost:3000',
      required: true,
    },
    only: { type: 'string', description: 'Only these guarantees', valueHint: 'G1,G4' },
    http: { type: 'enum', options: ['1.1', '2'], description: 'The protocol to speak', valueHint: '1.1|2' },
    json: { type: 'boolean', description: 'Prints the report as JSON' },
    ca: {
      type: 'string',
      description: 'Certificates in PEM to trust in place of the system’s',
      valueHint: 'file',
    },
    insecure: { type: 'boolean', description: 'Takes any certificate' },
    concurrency: { type: 'string', description: 'Cases at a time, 6 by default', valueHint: 'number' },
  },
  async run({ args }) {
    const only = toGuarantees(args.only)
    const report = await conform(args.url, {
      only,
      protocol: args.http === undefined ? undefined : protocols[args.http],
      insecure: args.insecure,
      ca: args.ca === undefined ? undefined : await readFile(args.ca),
      concurrency: toConcurrency(args.concurrency),
      ...(args.json ? {} : { onCase: showProgress(only) }),
    })
    // Before anything is written: whoever reads the report may leave in the middle of it.
    process.exitCode = toExitCode(report)
    process.stdout.write(
      `${args.json ? JSON.stringify(report, undefined, 2) : formatReport(report, colours)}\n`,
    )
  },
})

/** What the process ends with. */
export function toExitCode({ cases, isKept }: Pick<ConformanceReport, 'cases' | 'isKept'>): 0 | 1 | 2 {
  if (cases.some(({ kind }) => kind === 'broken')) return 1
  return isKept ? 0 : 2
}

/** `G1,g4` as guarantees. @throws ConformanceError for what is none. */
export function toGuarantees(text: string | undefined): Guarantee[] | undefined {
  return text?.split(',').map((one) => {
    const found = guarantees.find((guarantee) => guarantee === one.trim().toUpperCase())
    if (!found)
      throw new ConformanceError(`Cannot ask only about ${JSON.stringify(one)}: give numbers such as G1,G4`)
    return found
  })
}

function toConcurrency(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new ConformanceError(`Cannot run ${text} cases at a time: give a whole number, 1 or more`)
}

// One line that is written again and again, for who looks at a terminal; behind the last case it is gone.
function showProgress(only: Guarantee[] | undefined): ConformOptions['onCase'] {
  if (!process.stderr.isTTY) return undefined
  const total = selectCases({ only }).length
  let count = 0
  return ({ name, kind }) => {
    count += 1
    process.stderr.write(`\r\u001b[K${count < total ? `${count} of ${total}, ${name}: ${kind}` : ''}`)
  }
}
