// client-zip 2.5.1 gives an entry of 4 GiB and more a ZIP64 field with both sizes and the offset, whatever the offset is.
// A value may stand there only where its own field in the header is all ones (APPNOTE 4.5.3); a Java that checks this
// refuses the whole archive.

const HEADER = 0x02014b50
/** Both sizes and the offset, behind the four bytes of their own head. */
const ALL_FIELDS = 28

/** Marks in a header of the list at the end that its offset stands in its ZIP64 field, if it does. */
export function markOffset(piece: Uint8Array): void {
  if (piece.byteLength !== 46) return
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength)
  if (view.getUint32(0, true) === HEADER && view.getUint16(30, true) === ALL_FIELDS)
    view.setUint32(42, 0xffffffff, true)
}
