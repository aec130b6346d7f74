import { toError } from '../../delivery/errors.ts'
import type { Server } from '../serve.ts'
import type { LoadedFile } from '../workers/worker-message.ts'
import { resolve } from 'node:path'
import { say } from './log/say.ts'
import { FileWatch } from './watch/file-watch.ts'
import { toLoadedFile } from './watch/to-loaded-file.ts'

/** The files of a certificate as they are now, before they are read. */
export function toCertificateFiles(
  tls: { keyFile?: string | URL; certFile?: string | URL } = {},
): LoadedFile[] {
  return [tls.keyFile, tls.certFile].flatMap((file) =>
    typeof file === 'string' ? [toLoadedFile(resolve(file))] : [],
  )
}

/** Has a server read its certificate again when a file of it has changed, and on SIGHUP, until it closes. */
export function keepCertificate(server: Server, files: readonly LoadedFile[]): void {
  if (files.length === 0) return
  const watch = new FileWatch()
  const onSignal = () => void reload(server)
  // Where there is a terminal, the signal says that it has gone.
  if (!process.stdin.isTTY) process.on('SIGHUP', onSignal)
  void server.closed.then(() => {
    process.off('SIGHUP', onSignal)
    watch.close()
  })
  watch.add(files)
  void reloadOnChange(server, watch)
}

async function reloadOnChange(server: Server, watch: FileWatch): Promise<never> {
  for (;;) {
    await watch.changes()
    await reload(server)
  }
}

async function reload(server: Server): Promise<void> {
  try {
    await server.reloadTls?.()
    say('the certificate was read again')
  } catch (error) {
    say(`${toError(error).message}; the certificate before it stays`)
  }
}
