/** The first value of a field by its name in lower case; `fields` are names and values in turn, as they were sent. */
export function findField(fields: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < fields.length; index += 2)
    if (fields[index]?.toLowerCase() === name) return fields[index + 1]
  return undefined
}
