/**
 * Text that was meant as an address, as an error may show it: without what may be a name and a password. Where it cannot be read
 * nobody knows where they end, so that all before the last `@` is left out.
 */
export function hideCredentials(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1…@')
}
