import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Peer, Place, Prepared } from './peer.ts'

/** Go's own server; it is built for each run. */
export const goPeer: Peer = {
  name: 'go',
  title: 'Go net/http',
  group: 'Go',
  file: 'go/main.go',
  choices: [
    { what: '`Flush()` for each block', page: 'https://pkg.go.dev/net/http#Flusher' },
    {
      what: '`panic(http.ErrAbortHandler)` for what fails',
      page: 'https://pkg.go.dev/net/http#ErrAbortHandler',
    },
    { what: '`r.Context()`', page: 'https://pkg.go.dev/net/http#Request.Context' },
    {
      what: '`server.Shutdown()`, and `Close()` when the grace is over',
      page: 'https://pkg.go.dev/net/http#Server.Shutdown',
    },
  ],
  prepare: ({ port, folder }: Place): Prepared => {
    const file = join(folder, 'go-server')
    const source = join(import.meta.dirname, '..', 'servers', 'go', 'main.go')
    const version = run('go', ['env', 'GOVERSION'])
    run('go', ['build', '-o', file, source])
    return { program: { command: [file], port }, versions: { Go: version.replace('go', '') } }
  },
}

function run(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch (cause) {
    throw new Error('go is missing, or cannot build the server: apt-get install golang-go', { cause })
  }
}
