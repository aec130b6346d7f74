// Asks for a path again and again, from a thread of its own, until the answer is the one that is waited for.
import { parentPort, workerData } from 'node:worker_threads'
import { openClient } from './open-client.ts'

const { port, protocol, path, answer, shared } = workerData

async function ask(): Promise<void> {
  const client = openClient(port, protocol)
  client.get(path)
  const { status, text } = await client.reply()
  client.leave()
  if (`${status} ${text}` !== answer) return void setTimeout(ask, 5)
  Atomics.store(new Int32Array(shared), 0, 1)
  Atomics.notify(new Int32Array(shared), 0)
}

parentPort?.once('message', ask)
parentPort?.postMessage('ready')
