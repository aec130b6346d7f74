import { parentPort, workerData } from 'node:worker_threads'
import { runSide } from './soak-side.ts'

parentPort?.postMessage(await runSide(workerData))
