import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { findPort, RunningProgram } from './start-peer.ts'

const listening = "require('net').createServer().listen(process.env.PORT, '127.0.0.1')"

const program = (code: string, port: number) => ({ command: [process.execPath, '-e', code] as const, port })

test('RunningProgram listens when start resolves, and nobody does after close', async () => {
  const port = await findPort()
  await using running = await RunningProgram.start(program(listening, port))
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
  await running.close()
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
})

test('RunningProgram ends what the program has started, though it takes no notice of signals', async () => {
  const port = await findPort()
  const child = `process.on('SIGTERM', () => {}); ${listening}`
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); setInterval(() => {}, 1e6)`
  await using running = await RunningProgram.start(program(parent, port))
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  const gone = new Promise((resolve) => socket.once('close', resolve))
  await running.close()
  await gone
})

test('RunningProgram says what a program has printed that ends before it listens', async () => {
  const code = "console.error('the port is not mine'); process.exit(3)"
  const started = RunningProgram.start(program(code, await findPort()))
  await expect(started).rejects.toThrow('it does not listen. the port is not mine')
})

test('RunningProgram gives up a program that does not listen in time', async () => {
  const started = RunningProgram.start(program('setInterval(() => {}, 1e6)', await findPort()), 200)
  await expect(started).rejects.toThrow('it does not listen')
})

test('RunningProgram says that there is no such program', async () => {
  const started = RunningProgram.start({ command: ['no-such-server'], port: await findPort() })
  await expect(started).rejects.toThrow('Cannot start no-such-server')
})
