// The application that the Web-SIG list argued about: three blocks, and a socket that is not ready after the first.
//
// It yields, and the server asks for the next block only when the last one has been handed on. While the client does
// not read, the generator stands still between two `yield`s, and nothing of its second block has been made.
import { serve } from 'millrace'
import { type Application, wsgi } from 'millrace/wsgi'

/** Three blocks, each of `size` bytes; `made` is told before each is made. */
export function threeYields(size: number, made: (block: number) => void = () => {}): Application {
  return function* (_environ, startResponse) {
    startResponse('200 OK', [['Content-Type', 'application/octet-stream']])
    for (let block = 1; block <= 3; block++) {
      made(block)
      yield Buffer.alloc(size, String(block))
    }
  }
}

if (import.meta.main) {
  const application = threeYields(20_000_000, (block) => console.log(`made block ${block}`))
  const server = await serve({ port: Number(process.env['PORT'] ?? 0), routes: { '/': wsgi(application) } })
  console.log(server.url)
}
