// The entry of the transmitter thread.
import { parentPort, workerData } from 'node:worker_threads'
import type { TransmitterPlan } from '../thread/transmitter-plan.ts'
import { Transmitter } from './transmitter.ts'

/** Serves the connections of the application that has started this thread. */
export async function transmit(plan: TransmitterPlan): Promise<void> {
  if (!parentPort) throw new Error('Cannot transmit: this is no worker thread; call serve()')
  const transmitter = new Transmitter(plan, parentPort)
  // An error that nobody has caught ends this thread: no reply must look complete for that.
  process.on('exit', () => transmitter.breakOff())
  // Modules that the process loads first (`--import`) are loaded here, too. One that catches what nobody has caught
  // must not keep a transmitter that is broken.
  process.on('uncaughtExceptionMonitor', (error) => transmitter.die(error))
  await transmitter.listen()
}

if (parentPort) await transmit(workerData)
