// client-zip 2.5.1 writes the ZIP64 end of an archive for its size alone. From 65,535 entries on it is needed too: their
// number has no room in the plain end, and unzip takes such an archive for a broken one.

/** The number of entries that the plain end of an archive has no room for. */
export const MANY_ENTRIES = 0xffff

const SIGNATURE = 0x06064b50
const PLAIN_END = 0x06054b50

/** True for the piece of an archive that is its ZIP64 end. */
export function isZip64End(piece: Uint8Array): boolean {
  return piece.byteLength >= 56 && toView(piece).getUint32(0, true) === SIGNATURE
}

/** True for the piece of an archive that is its plain end, the last of all. */
export function isPlainEnd(piece: Uint8Array): boolean {
  return piece.byteLength === 22 && toView(piece).getUint32(0, true) === PLAIN_END
}

/**
 * The ZIP64 end that stands before a plain one, with its locator (APPNOTE 4.3.14, 4.3.15). `at` is where it stands, in
 * bytes from the beginning of the archive.
 */
export function zip64End(plainEnd: Uint8Array, { entries, at }: { entries: number; at: number }): Uint8Array {
  const plain = toView(plainEnd)
  const end = new DataView(new ArrayBuffer(76))
  end.setUint32(0, SIGNATURE, true)
  end.setBigUint64(4, 44n, true)
  // Made by, and needed: version 4.5.
  end.setUint16(12, 45, true)
  end.setUint16(14, 45, true)
  end.setBigUint64(24, BigInt(entries), true)
  end.setBigUint64(32, BigInt(entries), true)
  end.setBigUint64(40, BigInt(plain.getUint32(12, true)), true)
  end.setBigUint64(48, BigInt(plain.getUint32(16, true)), true)
  // Where to find it, on the only disk that there is.
  end.setUint32(56, 0x07064b50, true)
  end.setBigUint64(64, BigInt(at), true)
  end.setUint32(72, 1, true)
  return new Uint8Array(end.buffer)
}

function toView(piece: Uint8Array): DataView {
  return new DataView(piece.buffer, piece.byteOffset, piece.byteLength)
}
