import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BlackBoxSystem } from './black-box-systems.ts'
import type { Journal } from './journal.ts'

const folder = fileURLToPath(new URL('ancestors', import.meta.url))

/** Starts a system and waits until it listens; ends it with everything it has started when disposed of. */
export async function startSystem(
  system: BlackBoxSystem,
  journal: Journal,
): Promise<{ port: number; [Symbol.asyncDispose]: () => Promise<void> }> {
  const port = await findPort()
  const [program, ...args] = system.command(port)
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      BLACKBOX_JOURNAL: journal.folder,
      PORT: String(port),
      PYTHONDONTWRITEBYTECODE: '1',
      DJANGO_SETTINGS_MODULE: '',
    },
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)))
  for (let tries = 0; !(await isListening(port)); tries++) {
    if (child.exitCode !== null || tries > 500) {
      throw new Error(`Cannot compare ${system.name}: it does not listen\n${errors}`)
    }
    await pause(20)
  }
  return { port, [Symbol.asyncDispose]: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const closed = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await closed
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('Cannot find a free port')
  return address.port
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false // not yet
  } finally {
    socket.destroy()
  }
}
