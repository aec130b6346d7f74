import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = (name: string): string =>
  fileURLToPath(new URL(`../../test/support/certificates/${name}`, import.meta.url))

/** Where the key and the certificate are that every server has. */
export const certificateFiles = [file('one.key.pem'), file('one.cert.pem')] as const

/** The same, read. */
export const certificate = { key: readFileSync(certificateFiles[0]), cert: readFileSync(certificateFiles[1]) }
