import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const pinned = canPin()

// Linux reports CPU time to programs in hundredths of a second on every architecture.
const ticksPerSecond = 100

/** Which core each side of a measurement runs on, where it is pinned. */
export const cores = { server: 1, load: 0 } as const

/** Whether the two sides have a core each, or share all of them. */
export type Placement = 'pinned' | 'shared'

/** What the report says about the cores. */
export const coresNote = pinned
  ? `the server is pinned to core ${cores.server} and the load to core ${cores.load} with taskset, where a case does not share the cores`
  : 'nothing is pinned: taskset or a second core is missing, so servers may use more than one core'

/** The command pinned to the core of its side, or the command itself where cores are shared or cannot be pinned. */
export function place(command: readonly string[], side: keyof typeof cores, placement: Placement): string[] {
  const core = cores[side]
  return pinned && placement === 'pinned' ? ['taskset', '-c', String(core), ...command] : [...command]
}

/** CPU seconds of a process and its living children. */
export interface CpuTimes {
  readonly all: number
  /** Of those, in the kernel. */
  readonly kernel: number
}

/** CPU seconds that a process and its living children have used, or undefined where there is no /proc. */
export function cpuSeconds(pid: number): number | undefined {
  return cpuTimes(pid)?.all
}

/** The same, with what of them the kernel has taken. */
export function cpuTimes(pid: number): CpuTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in field 2 may hold spaces, so fields are counted from the bracket that ends it.
    const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    let kernel = Number(system) / ticksPerSecond
    let all = Number(user) / ticksPerSecond + kernel
    for (const child of childrenOf(pid)) {
      const times = cpuTimes(child)
      all += times?.all ?? 0
      kernel += times?.kernel ?? 0
    }
    return { all, kernel }
  } catch {
    return undefined
  }
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return list === '' ? [] : list.split(' ').map(Number)
}

function canPin(): boolean {
  try {
    for (const core of ['0', '1']) execFileSync('taskset', ['-c', core, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
