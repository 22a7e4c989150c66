import { describe, expect, it } from 'vitest'
import type { AuditInfo, BlockingFrame } from '../../../../shared/why'
import { auditSheets, auditText } from './audit-model'

const FRAME: BlockingFrame = {
  pfn: 0x67103,
  class: 'long pin',
  cause: 'long pin',
  actor: 'camera',
  label: 'vb2 QBUF index 0',
  migratetype: 'CMA',
  count: 2,
  ledger: [],
  sinceEvent: 10_942,
  ageNs: 5_000,
}
const AUDIT: AuditInfo = {
  area: 'default',
  startPfn: 0x67000,
  endPfn: 0x68000,
  used: 96,
  frames: [FRAME, { ...FRAME, pfn: 0x67104, actor: '', label: '', sinceEvent: null, ageNs: null }],
  causes: [
    {
      class: 'long pin',
      cause: 'long pin',
      actor: 'camera',
      label: 'vb2 QBUF',
      frames: 1,
      oldestNs: 5_000,
    },
  ],
}

describe('an audit of a CMA area', () => {
  it('says in a sentence how many frames stand in the way', () => {
    expect(auditText(AUDIT)).toBe(
      '4,000 pages of default are not handed out; 2 pages of them could not be moved away now.',
    )
    expect(auditText({ ...AUDIT, frames: [] })).toContain('every one of them could be taken now')
    expect(auditText({ ...AUDIT, used: 4_096 })).toBe('All 4,096 pages of default are handed out.')
  })

  it('has a row for each cause and each frame, as wide as the columns', () => {
    const [causes, frames] = auditSheets(AUDIT)
    expect(causes?.rows).toEqual([['long pin', 'camera', 'vb2 QBUF', 1, 5_000, 'long pin']])
    expect(frames?.rows[1]).toEqual([0x67104, 'long pin', null, null, 2, null, null])
    for (const { columns, rows } of [causes, frames].flatMap((s) => s ?? [])) {
      for (const row of rows) expect(row).toHaveLength(columns.length)
    }
  })
})
