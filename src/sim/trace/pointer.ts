/** How `%p` prints: bare hex digits, as many as the pointer is wide; null in words (allocator 12.1.2). */

/** Where the frame map lies and how large an entry is; shapes of the usual configurations. */
const FRAME_MAP = {
  32: { base: 0xc0000000n, entry: 32n },
  64: { base: 0xffffea0000000000n, entry: 64n },
} as const

/** A pointer as `%p` prints it; null is right-aligned to the width of a pointer. */
export function hexPointer(address: number | bigint | null, bits: 32 | 64): string {
  const width = bits / 4
  return address === null ? '(null)'.padStart(width) : address.toString(16).padStart(width, '0')
}

/** The address of a frame's struct page; a negative PFN is the NULL page. */
export function pagePointer(pfn: number, bits: 32 | 64): string {
  if (pfn < 0) return hexPointer(null, bits)
  const { base, entry } = FRAME_MAP[bits]
  const frame = bits === 32 ? pfn & 0xfffff : pfn
  return hexPointer(base + BigInt(frame) * entry, bits)
}
