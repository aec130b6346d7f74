// PEP 3333's case for yielding: a page says that the work has begun before a time-consuming task, and what came of it
// afterwards. The first block is with the browser when the task starts, even where the task keeps the CPU.
import { serve } from 'millrace'
import { type Application, wsgi } from 'millrace/wsgi'

const type = 'multipart/x-mixed-replace; boundary=part'

/** Pushes a page, does the task, pushes the page that replaces it. Each block ends where a part ends. */
export function serverPush(task: () => string): Application {
  return function* (_environ, startResponse) {
    startResponse('200 OK', [['Content-Type', type]])
    yield part('<p>Working…</p>')
    yield part(`<p>Done: ${task()}</p>`)
  }
}

function part(html: string): Uint8Array {
  return new TextEncoder().encode(
    `--part\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--part\r\n`,
  )
}

/** Keeps the CPU for a while, as a report or a picture does. */
function work(): string {
  const end = performance.now() + 2000
  let rounds = 0
  while (performance.now() < end) rounds++
  return `${rounds} rounds`
}

if (import.meta.main) {
  const server = await serve({
    port: Number(process.env['PORT'] ?? 0),
    routes: { '/': wsgi(serverPush(work)) },
  })
  console.log(server.url)
}
