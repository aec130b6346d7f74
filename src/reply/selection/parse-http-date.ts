// RFC 9110 §5.6.7: the form in use, and the two old ones that a recipient must take.
const fixedForm = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const rfc850Form = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/
const asctimeForm = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/

/** A date of HTTP in milliseconds since 1970, or undefined for a text that is none. */
export function parseHttpDate(text: string): number | undefined {
  const value = Date.parse(toFixedForm(text.trim()))
  return Number.isNaN(value) ? undefined : value
}

function toFixedForm(text: string): string {
  if (fixedForm.test(text)) return text
  const old = rfc850Form.exec(text)
  if (old) return `${old[1]} ${old[2]} ${toFullYear(Number(old[3]))} ${old[4]} GMT`
  const asctime = asctimeForm.exec(text)
  return asctime ? `${asctime[2]} ${asctime[1]} ${asctime[4]} ${asctime[3]} GMT` : ''
}

// RFC 9110 §5.6.7: a year of two digits that seems more than 50 years ahead is the last one that ended so.
function toFullYear(twoDigits: number): number {
  const now = new Date().getUTCFullYear()
  const year = now - (now % 100) + twoDigits
  return year > now + 50 ? year - 100 : year
}
