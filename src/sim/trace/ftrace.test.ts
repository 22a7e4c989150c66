import { describe, expect, it } from 'vitest'
import { MIGRATE_SYNC, MR_CMA } from '../include/linux/migrate'
import {
  packExtfrag,
  EV_mm_page_alloc,
  EV_mm_page_alloc_extfrag,
  EV_mm_page_alloc_zone_locked,
} from './events/kmem'
import { EV_mm_migrate_pages } from './events/migrate'
import { ftraceFlags, ftraceHeader, ftraceLine, type FtraceEvent } from './ftrace'
import { hexPointer, pagePointer } from './pointer'

const WORKER = { comm: 'dma-worker', pid: 1234, cpu: 1 } as const

function event(type: number, timeNs: number, values: readonly number[]): FtraceEvent {
  const [a = 0, b = 0, c = 0, d = 0] = values
  return { ...WORKER, timeNs, type, a, b, c, d }
}

describe('a trace line', () => {
  it('prints as the example of 12.1.1, apart from where the frame map lies', () => {
    const pfn = 456704
    const line = ftraceLine(event(EV_mm_page_alloc_zone_locked, 123456789000, [pfn, 0, 2]))
    expect(line.replace(/page=[0-9a-f]{8}/, 'page=c0d1e000')).toBe(
      '      dma-worker-1234  [001] d..1   123.456789: mm_page_alloc_zone_locked: page=c0d1e000 pfn=456704 order=0 migratetype=2 percpu_refill=1',
    )
    const migrated = event(EV_mm_migrate_pages, 123456791999, [32, 0, MIGRATE_SYNC, MR_CMA])
    expect(ftraceLine(migrated)).toBe(
      '      dma-worker-1234  [001] ....   123.456791: mm_migrate_pages: nr_succeeded=32 nr_failed=0 mode=MIGRATE_SYNC reason=cma',
    )
  })

  it('stands under the header of 12.1.1', () => {
    expect(ftraceHeader()).toBe('#           TASK-PID   CPU#  ||||    TIMESTAMP  FUNCTION')
  })

  it('prints a null page right-aligned to the width of a pointer (12.1.2)', () => {
    const failed = event(EV_mm_page_alloc_zone_locked, 0, [-1, 3, 3])
    expect(ftraceLine(failed)).toContain(
      ': page=  (null) pfn=0 order=3 migratetype=3 percpu_refill=0',
    )
    expect(ftraceLine(failed, 64)).toContain(': page=          (null) pfn=0 ')
    expect([hexPointer(null, 32), hexPointer(0x10, 32)]).toEqual(['  (null)', '00000010'])
  })

  it('prints 16 digits on a 64-bit machine (12.1.2)', () => {
    const line = ftraceLine(event(EV_mm_page_alloc, 1500, [0x100, 0, 2, 0x200da]), 64)
    expect(line).toBe(
      '      dma-worker-1234  [001] ....     0.000001: mm_page_alloc: page=ffffea0000004000 pfn=256 order=0 migratetype=2 gfp_flags=GFP_HIGHUSER_MOVABLE',
    )
    expect(pagePointer(0x123456, 64)).toBe('ffffea00048d1580')
  })

  it('says that interrupts are off where the zone lock is held (12.1.1)', () => {
    const packed = packExtfrag(3, 9, 0, 2)
    expect(ftraceLine(event(EV_mm_page_alloc_extfrag, 0, [8, 0, packed]))).toContain(' d..1 ')
    expect(ftraceFlags('mm_page_alloc')).toBe('....')
  })
})
