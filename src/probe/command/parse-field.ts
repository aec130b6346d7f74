import { UsageError } from './usage-error.ts'

/** `Name: value` of the command line as a header field. */
export function parseField(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new UsageError(`Cannot use ${JSON.stringify(text)} as a field: write -H 'Name: value'`)
  }
  const trimmed = value.trim()
  // RFC 9110 §5.5: nothing that would end the field.
  if (/[\0\r\n]/.test(trimmed)) {
    throw new UsageError(`Cannot send the field ${name}: its value has a line break or NUL in it`)
  }
  return [name, trimmed]
}
