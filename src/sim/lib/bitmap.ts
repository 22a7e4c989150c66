// Model of the parts of lib/bitmap.c, v3.9, that CMA uses (allocator 8.4). One byte per bit.

/**
 * First index >= start, a multiple of alignMask + 1, with `nr` clear bits; a value > size - 1 means
 * there is none (allocator 8.4.1, EX-41).
 */
export function bitmap_find_next_zero_area(
  map: Uint8Array,
  size: number,
  start: number,
  nr: number,
  alignMask: number,
): number {
  let from = start
  for (;;) {
    const clear = from < size ? map.indexOf(0, from) : -1
    const index = ((clear < 0 || clear >= size ? size : clear) + alignMask) & ~alignMask
    const end = index + nr
    if (end > size) return end
    const set = map.indexOf(1, index)
    if (set < 0 || set >= end) return index
    from = set + 1
  }
}

export function bitmap_set(map: Uint8Array, start: number, nr: number): void {
  map.fill(1, start, start + nr)
}

export function bitmap_clear(map: Uint8Array, start: number, nr: number): void {
  map.fill(0, start, start + nr)
}
