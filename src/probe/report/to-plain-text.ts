// What a server sends may be made to take over the terminal that it is shown on: by escape sequences, by a carriage
// return, by turning the direction of writing.

/** A text from outside without anything that a terminal would obey; what is taken out is shown as its number. */
export function toPlainText(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu,
    (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
