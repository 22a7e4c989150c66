import { describe, expect, it } from 'vitest'
import type { ContigRequest } from '../../../shared/run'
import { firstCulprit } from './first-culprit'

const tried = { startPfn: 0x100, endPfn: 0x200, ret: -16, attempts: 50, event: 1 }
const request: ContigRequest = {
  actor: 'codec',
  area: 'default',
  count: 256,
  align: 8,
  ret: -12,
  event: 0,
  timeNs: 0,
  positions: [{ ...tried, blocking: [0x110, 0x120] }],
}

describe('firstCulprit', () => {
  it('is the first frame that blocked the request that failed last', () => {
    const later = { ...request, positions: [{ ...tried, blocking: [0x1f0] }] }
    expect(firstCulprit([request, later, { ...later, ret: 0 }])).toBe(0x1f0)
  })

  it('is nobody when no request failed, or nothing blocked it', () => {
    expect(firstCulprit([{ ...request, ret: 0 }])).toBeNull()
    expect(firstCulprit([{ ...request, positions: [] }])).toBeNull()
  })
})
