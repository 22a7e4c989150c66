import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { pngBytes } from './png'

describe('pngBytes', () => {
  it('packs rows of pixels so that undoing the filter gives them again', () => {
    const rgb = Uint8Array.from([10, 20, 30, 5, 250, 30, 255, 0, 0, 0, 0, 255])
    const file = pngBytes({ width: 2, height: 2, rgb })
    const size = file.readUInt32BE(33)
    const rows = inflateSync(file.subarray(41, 41 + size))
    const pixels: number[] = []
    for (let y = 0; y < 2; y++) {
      const row = rows.subarray(y * 7, y * 7 + 7)
      expect(row[0]).toBe(1)
      const line = [...row.subarray(1)]
      for (let i = 3; i < 6; i++) line[i] = ((line[i] ?? 0) + (line[i - 3] ?? 0)) & 255
      pixels.push(...line)
    }
    expect(pixels).toEqual([...rgb])
  })
})
