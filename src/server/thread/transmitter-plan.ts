import type { ListenerPlan } from '../listener.ts'
import type { TlsPlan } from '../port/tls/tls-options.ts'

/** What a transmitter thread is started with. */
export interface TransmitterPlan extends Omit<ListenerPlan, 'answer' | 'refused' | 'report'> {
  readonly maxStall: number
  /** The ring from the application. */
  readonly out: SharedArrayBuffer
  /** The ring to the application. */
  readonly back: SharedArrayBuffer
  /** Word 0: the process ends; word 1: everything was broken off. */
  readonly exit: SharedArrayBuffer
}

/** What the application posts to the transmitter: 0 to wake it, or what happens seldom. */
export type Order =
  | 0
  | { kind: 'leave' }
  | { kind: 'close'; grace: number; linger?: number }
  | { kind: 'end' }
  | ReloadOrder

/** Has this certificate for the connections that come. */
export interface ReloadOrder {
  readonly kind: 'reload'
  readonly tls: TlsPlan
}

/** What the transmitter posts to the application. */
export type Notice =
  | 0
  | { kind: 'listening'; port: number }
  | { kind: 'refused'; message: string; cause: unknown; details: object }
  | { kind: 'drained' }
  | { kind: 'reloaded'; error?: Error | undefined }
  | { kind: 'fault'; error: unknown }
  | { kind: 'died'; error: Error }
