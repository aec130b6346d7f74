import { once } from 'node:events'
import { isMainThread } from 'node:worker_threads'
import { memory } from './sources.ts'

// Loaded with --import, which every thread of the process does: only a thread itself can collect its garbage.

const questions = new BroadcastChannel('memory?')
const answers = new BroadcastChannel('memory!')
questions.unref()
answers.unref()
if (!isMainThread) questions.onmessage = () => answers.postMessage(memory())

/**
 * Collects the garbage of the application thread and of one worker thread; gives the bytes in use in both.
 * @throws AbortError when no worker answers within 5 s.
 */
export async function memoryOfBoth(): Promise<{ used: number }> {
  questions.postMessage(undefined)
  const [{ data }] = await once(answers, 'message', { signal: AbortSignal.timeout(5000) })
  return { used: memory().used + data.used }
}
