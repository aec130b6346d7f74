import { describe } from 'vitest'
import type { Delivery } from 'millrace/delivery'
import type { ServeOptions } from 'millrace/server'
import { openTestServer, type TestServer } from './test-server.ts'

/** One way in which a server can deliver; later protocols and transmitters are one line more in the list. */
export interface Way {
  readonly name: string
  readonly delivery: Delivery
  /** True when a block leaves before the source is asked again, even if it then blocks the CPU. */
  readonly isStrict: boolean
  readonly options: Partial<ServeOptions>
}

const ways: readonly Way[] = [
  {
    name: 'HTTP/1.1, block',
    delivery: 'block',
    isStrict: true,
    options: { delivery: 'block', transmitter: 'inline' },
  },
  {
    name: 'HTTP/1.1, turn',
    delivery: 'turn',
    isStrict: false,
    options: { delivery: 'turn', transmitter: 'inline' },
  },
  {
    name: 'HTTP/1.1, thread, block',
    delivery: 'block',
    isStrict: true,
    options: { delivery: 'block', transmitter: 'thread' },
  },
  {
    name: 'HTTP/1.1, thread, turn',
    delivery: 'turn',
    isStrict: false,
    options: { delivery: 'turn', transmitter: 'thread' },
  },
]

/** Opens a server that delivers in the way under test. */
export type OpenServer = (options: ServeOptions) => Promise<TestServer>

/** Runs a suite once for each way of delivering. */
export function eachDelivery(title: string, suite: (open: OpenServer, way: Way) => void): void {
  describe.each(ways)(`${title}, $name`, (way) => {
    suite((options) => openTestServer({ ...way.options, ...options }), way)
  })
}
