/**
 * Checks that unpacking an entry cannot write anywhere but below the folder where it is unpacked, whatever unpacks it.
 * A name that ends with `/` is that of a folder.
 * @throws TypeError for an absolute path, a drive, `..`, `.`, an empty step, a backslash, a control character, half of a
 * character, and for more than 65,535 bytes.
 */
export function checkEntryName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw refuse(name, 'give text that is not empty')
  // oxlint-disable-next-line no-control-regex -- NUL ends a name for some, and a line break ends it in a listing.
  if (/[\0-\x1f\x7f]/.test(name)) throw refuse(name, 'it has a control character; leave it out')
  if (!name.isWellFormed()) throw refuse(name, 'it has half of a character; leave it out')
  if (name.includes('\\')) throw refuse(name, 'it has a backslash, which some take for a step; use /')
  if (name.startsWith('/') || /^[a-z]:/i.test(name))
    throw refuse(name, 'it is absolute; begin with the first step')
  const steps = name.replace(/\/$/, '').split('/')
  const step = steps.find((one) => one === '' || one === '.' || one === '..')
  if (step !== undefined)
    throw refuse(name, `it has ${step === '' ? 'an empty step' : `the step ${step}`}; leave it out`)
  if (Buffer.byteLength(name) > 65_535) throw refuse(`${name.slice(0, 60)}…`, 'it has more than 65,535 bytes')
  return name
}

function refuse(name: unknown, state: string): TypeError {
  return new TypeError(
    `Cannot name an entry ${typeof name === 'string' ? JSON.stringify(name) : String(name)}: ${state}`,
  )
}
