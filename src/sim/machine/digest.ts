/**
 * A rolling 256-bit digest over 32-bit words. Eight lanes take the words in turn; each step is
 * invertible, so two streams that differ in one word never meet again by that word alone. It shows
 * equality of runs; it is not made against forgers.
 */
export interface Digest {
  readonly lanes: Int32Array
  /** Number of words taken so far. */
  words: number
}

const SEEDS = [
  0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89,
]

export function createDigest(): Digest {
  return { lanes: Int32Array.from(SEEDS, (s) => s | 0), words: 0 }
}

/** Takes one word; the lane and a rotation of its neighbour keep the order of words significant. */
export function digestWord(d: Digest, word: number): void {
  const lane = d.words & 7
  const mixed = Math.imul((d.lanes[lane] as number) ^ word, 0x9e3779b1)
  const neighbour = d.lanes[(lane + 1) & 7] as number
  d.lanes[lane] = (((mixed << 13) | (mixed >>> 19)) + neighbour) | 0
  d.words++
}

/** Takes the UTF-16 units of a text, with its length first. */
export function digestText(d: Digest, text: string): void {
  digestWord(d, text.length)
  for (let i = 0; i < text.length; i++) digestWord(d, text.charCodeAt(i))
}

/** 64 hex digits; the digest itself goes on. */
export function digestHex(d: Digest): string {
  const copy: Digest = { lanes: d.lanes.slice(), words: d.words }
  const words = d.words
  for (let round = 0; round < 32; round++) digestWord(copy, words ^ Math.imul(round, 0x85ebca6b))
  return Array.from(copy.lanes, (lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')
}
