import { startCommand } from './start-command.ts'

/** Where the demo sends from. */
export type Transmitter = 'inline' | 'thread'

/**
 * What sends: `TRANSMITTER` of the environment, `inline` by default, `thread` for a thread of its own.
 * @throws RangeError when it is neither.
 */
export function readTransmitter({ TRANSMITTER }: { readonly TRANSMITTER?: string | undefined }): Transmitter {
  if (TRANSMITTER === undefined || TRANSMITTER === '' || TRANSMITTER === 'inline') return 'inline'
  if (TRANSMITTER === 'thread') return 'thread'
  throw new RangeError(
    `Cannot send with TRANSMITTER=${JSON.stringify(TRANSMITTER)}: give inline or thread, as in TRANSMITTER=thread ${startCommand}`,
  )
}
