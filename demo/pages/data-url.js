/** Bytes as an address that a picture can have: pages of the demo may load nothing else than those and their own files. */
export function toDataUrl(bytes, type) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const reader = new FileReader()
  reader.addEventListener('load', () => resolve(reader.result))
  reader.addEventListener('error', () => reject(reader.error))
  reader.readAsDataURL(new Blob([bytes], { type }))
  return promise
}
