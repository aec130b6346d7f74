import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'

// Blocks that say when they were yielded, on a clock that every process of this machine reads the same.

/** Blocks of `busyArrivals`, each with `workMs` of work on the CPU after it. */
export const arrivalCount = 6
export const workMs = 300

/** Milliseconds between the blocks of `pacedBlocks`, and between heartbeats. */
export const paceMs = 2
export const beatMs = 100

/** Milliseconds since the machine was started (CLOCK_MONOTONIC on Linux), with nanoseconds behind the point. */
export function machineTime(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

/** A block, 300 ms of work on the CPU, a block, and so on, six times. */
export function* busyArrivals(): Generator<string> {
  for (let count = 0; count < arrivalCount; count++) {
    yield stamp()
    work(workMs)
  }
}

/** The same without end; after each piece of work the event loop may turn to other streams. */
export async function* endlessBusy(): AsyncGenerator<string> {
  for (;;) {
    yield stamp()
    work(workMs)
    await nextTurn()
  }
}

/** A block every 2 ms, without end. */
export async function* pacedBlocks(): AsyncGenerator<string> {
  for (;;) {
    await wait(paceMs)
    yield stamp()
  }
}

function stamp(): string {
  return `@${machineTime().toFixed(6)}\n`
}

// Looks for primes by trial division: the thread really computes, and never lets go of the CPU by itself.
function work(milliseconds: number): number {
  const end = performance.now() + milliseconds
  let primes = 0
  for (let number = 1_000_003; performance.now() < end; number += 2) if (isPrime(number)) primes++
  return primes
}

function isPrime(number: number): boolean {
  for (let divisor = 3; divisor * divisor <= number; divisor += 2) if (number % divisor === 0) return false
  return true
}
