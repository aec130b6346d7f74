/** What came breaks the rules of HTTP/1.1 so that nobody can say where the reply ends; the message says how. */
export class FramingFault extends Error {
  override name = 'FramingFault'
}

/** A line as it is shown in a message: in quotes, cut where it is long. */
export function quote(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line)
}
