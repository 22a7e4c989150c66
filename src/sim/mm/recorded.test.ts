// What the real 3.9.6 did on the board (recordings m0, e1-e5 at cma=4M): the model must give the same
// frames, counts, flags and free counters.
import { describe, expect, test } from 'vitest'
import { EBUSY, EFAULT } from '../include/linux/errno'
import { FOLL_DURABLE, FOLL_FORCE, FOLL_WRITE } from '../include/linux/mm'
import { MIGRATE_CMA } from '../include/linux/mmzone'
import { page_to_pfn, pfn_to_page } from '../machine/machine'
import { exitProcess, forkProcess, munmapRegion, type Process } from '../machine/process'
import {
  vb2_dc_get_userptr,
  vb2_dc_put_userptr,
} from '../drivers/media/v4l2-core/videobuf2-dma-contig'
import { alloc_contig_range } from './page_alloc_contig'
import { sys_mlock } from './mlock_range'
import { isolate_lru_page, putback_lru_page } from './vmscan'
import { Board } from './test/board'

const CMA = 424960
const DURABLE = FOLL_DURABLE | FOLL_FORCE | FOLL_WRITE

const FRESH = 'uptodate|lru|active|swapbacked'
const PINNED = 'referenced|uptodate|lru|active|arch1|swapbacked'
const PINNED_DIRTY = 'referenced|uptodate|dirty|lru|active|arch1|swapbacked'
const MOVED = 'uptodate|dirty|lru|active|arch1|swapbacked'
const WAITING = 'referenced|uptodate|arch1|swapbacked'
const WAITING_DIRTY = 'referenced|uptodate|dirty|arch1|swapbacked'

function fork(board: Board): Process {
  const child = board.run(forkProcess(board.m, 'child', 0))
  if (child === null) throw new Error('fork failed')
  return child
}

function exit(board: Board, child: Process): void {
  board.m.current = child.task.id
  board.run(exitProcess(board.m))
  board.m.current = board.app.task.id
}

describe('m0: a process and its memory', () => {
  test('ME-01, 02, 03: the frames of the first faults, page table first', () => {
    const b = new Board(false)
    const first = b.touch(1)
    expect(b.events('al')).toEqual(['al 423330', 'al 424857'])
    expect(b.pages(first)).toEqual([[424857, 2, 1, 'uptodate|swapbacked']])
    b.drain('lru')
    expect(b.pages(first)).toEqual([[424857, 1, 1, FRESH]])
    const second = b.map(1)
    b.read(second)
    expect(b.pages(second)).toEqual([[b.zero, 1, 0, 'reserved']])
    b.write(second)
    expect(b.pages(second)).toEqual([[393806, 2, 1, 'uptodate|swapbacked']])
    b.drain('lru')
    const third = b.touch(15)
    expect(b.pages(third, 14).map((f) => f.slice(0, 2))).toEqual(
      Array.from({ length: 14 }, (_, i) => [424858 + i, 1]),
    )
    expect(b.pages(third + 14)).toEqual([[424872, 2, 1, 'uptodate|swapbacked']])
  })

  test('64 pages come and go in the recorded order', () => {
    const b = new Board(false)
    b.touch(1)
    b.drain('lru')
    b.touch(1)
    b.drain('lru')
    b.touch(15)
    b.events()
    const vpn = b.touch(64)
    const allocated = b.events('al').map((e) => Number(e.slice(3)))
    const up = (from: number, n: number): number[] => Array.from({ length: n }, (_, i) => from + i)
    expect(allocated).toEqual([...up(424873, 23), ...up(409600, 41)])
    b.run(munmapRegion(b.m, b.app.mm, vpn, 64))
    const events = b.events('al', 'fr', 'dr')
    expect(events[0]).toBe('al 423331')
    expect(events.at(-1)).toBe('fr 423331')
    const drained = events.filter((e) => e.startsWith('dr')).map((e) => Number(e.slice(3)))
    expect(drained).toEqual([
      409643, 409642, 423340, 409641, 424886, 423339, 424885, 424884, 424883, 423338, 424882,
      424881, 423337, 424880, 424879, 424878, 423336, 424877, 424876, 424875, 424874, 424873,
      409604, 409603, 409602, 409601, 409600, 424895, 424894, 424893, 424892, 424891, 424890,
      424889, 424888,
    ])
    const freed = events.filter((e) => e.startsWith('fr')).map((e) => Number(e.slice(3)))
    const down = (to: number, n: number): number[] => up(to - n + 1, n).toReversed()
    expect(freed.slice(0, 28)).toEqual([
      ...down(424886, 14),
      ...down(409604, 5),
      ...down(424895, 9),
    ])
  })

  test('REF-22, mlock, GUP-11 and a forced write to read-only memory', () => {
    const b = new Board(false)
    const pinned = b.touch(1)
    b.drain('lru')
    const pin = b.pin(pinned)
    const pfn = b.pfnAt(pinned)
    expect(b.pages(pinned)).toEqual([[pfn, 2, 1, PINNED]])
    b.run(munmapRegion(b.m, b.app.mm, pinned, 1))
    expect(b.frame(pfn)).toEqual([pfn, 1, 0, PINNED])
    b.unpin(pin)
    expect(b.frame(pfn)).toEqual([pfn, 0, 0, ''])
    const locked = b.touch(1)
    b.drain('lru')
    b.run(sys_mlock(b.m, b.app.mm, locked, 1))
    expect(b.pages(locked)[0]?.[3]).toBe('referenced|uptodate|lru|swapbacked|unevictable|mlocked')
    const holed = b.map(4)
    b.run(munmapRegion(b.m, b.app.mm, holed + 2, 2))
    b.write(holed)
    b.write(holed + 1)
    const partial = b.pin(holed, 4)
    expect(partial.ret).toBe(2)
    expect(b.pages(holed, 2).map((f) => f.slice(1))).toEqual([
      [3, 1, WAITING],
      [3, 1, WAITING],
    ])
    expect(b.pin(0x100).ret).toBe(-EFAULT)
  })
})

describe('e1: CMA over unpinned pages, baseline', () => {
  test('ME-04: the page moves to the recorded frame', () => {
    const b = new Board(false)
    b.spill()
    const vpn = b.touch(1)
    expect(b.pages(vpn)).toEqual([[CMA, 2, 1, 'uptodate|swapbacked']])
    b.drain('both')
    expect(b.pages(vpn)).toEqual([[CMA, 1, 1, FRESH]])
    expect(b.dmaAlloc(256)).toBe(CMA)
    expect(b.pages(vpn)).toEqual([[421880, 1, 1, MOVED]])
    expect(b.frame(CMA)).toEqual([CMA, 1, 0, ''])
  })
})

describe('e2: CMA and pins, baseline', () => {
  test('ME-05, a raw alloc_contig_range, after unpin, ME-07, a pagevec page, an off-LRU page', () => {
    const b = new Board(false)
    b.spill()
    const vpn = b.touch(1)
    b.drain('both')
    const pin = b.pin(vpn)
    expect(b.pages(vpn)).toEqual([[CMA, 2, 1, PINNED]])
    expect(b.free()).toEqual([2863, 1023])
    b.events()
    expect(b.dmaAlloc(256)).toBe(CMA + 256)
    const first = b.events('al', 'mig')
    expect(first.filter((e) => e.startsWith('al')).slice(0, 6)).toEqual(
      [421880, 421881, 421882, 421883, 421872, 421873].map((pfn) => `al ${pfn}`),
    )
    expect(first.filter((e) => e.startsWith('al'))).toHaveLength(50)
    expect(first.filter((e) => e.startsWith('mig'))).toEqual(Array(6).fill('mig 0 0 2 6'))
    expect(b.free()).toEqual([2607, 767])
    expect(b.pages(vpn)).toEqual([[CMA, 2, 1, PINNED_DIRTY]])
    b.drain('both')
    expect(b.free()).toEqual([2607, 767])

    b.dmaRelease(CMA + 256, 256)
    b.events()
    const ret = b.run(alloc_contig_range(b.m, CMA, CMA + 256, MIGRATE_CMA))
    expect(ret).toBe(-EBUSY)
    expect(b.events('al').slice(0, 6)).toEqual(
      [425216, 425344, 425408, 425280, 425312, 425440].map((pfn) => `al ${pfn}`),
    )
    b.unpin(pin)
    expect(b.pages(vpn)).toEqual([[CMA, 2, 1, WAITING_DIRTY]])
    b.drain('lru')
    expect(b.free()).toEqual([2807, 1023])

    expect(b.dmaAlloc(256)).toBe(CMA)
    expect(b.free()).toEqual([2579, 768])
    expect(b.pages(vpn)).toEqual([[421856, 1, 1, PINNED_DIRTY]])
    b.dmaRelease(CMA, 256)
    b.drain('both')

    b.hog()
    const next = b.touch(1)
    b.drain('both')
    const second = b.pin(next)
    b.run(munmapRegion(b.m, b.app.mm, next, 1))
    expect(b.frame(CMA)).toEqual([CMA, 1, 0, PINNED])
    b.events()
    expect(b.dmaAlloc(1024)).toBe(0)
    expect(b.events('al')).toHaveLength(50)
    expect(b.frame(CMA)).toEqual([CMA, 2, 0, WAITING])
    b.drain('lru')
    expect(b.frame(CMA)).toEqual([CMA, 1, 0, PINNED])
    b.unpin(second)
    expect(b.frame(CMA)).toEqual([CMA, 0, 0, ''])

    b.hog()
    const queued = b.touch(1)
    expect(b.pages(queued)).toEqual([[CMA, 2, 1, 'uptodate|swapbacked']])
    b.drain('pcp')
    expect(b.dmaAlloc(1024)).toBe(CMA)
    expect(b.pages(queued)).toEqual([[421864, 1, 1, MOVED]])
    b.dmaRelease(CMA, 1024)
    b.drain('both')

    b.hog()
    const off = b.touch(2)
    b.drain('both')
    expect(isolate_lru_page(b.m, pfn_to_page(b.m, b.pfnAt(off)))).toBe(0)
    expect(b.pages(off, 2)).toEqual([
      [CMA, 2, 1, 'uptodate|active|swapbacked'],
      [425472, 1, 1, FRESH],
    ])
    expect(b.dmaAlloc(1024)).toBe(0)
    expect(b.pages(off + 1)[0]?.slice(1)).toEqual([1, 1, MOVED])
    putback_lru_page(b.m, pfn_to_page(b.m, CMA))
    b.drain('lru')
    expect(b.pages(off)).toEqual([[CMA, 1, 1, FRESH]])
  })
})

describe('e3: DURABLE pins of touched pages, the full series', () => {
  test('one page, eight pages and a vb2 buffer land on the recorded frames', () => {
    const b = new Board(true)
    b.spill()
    const vpn = b.touch(4)
    b.drain('both')
    expect(b.pages(vpn, 4).map((f) => f[0])).toEqual([424960, 425472, 425728, 425216])
    expect(b.free()).toEqual([2859, 1020])
    const pin = b.pin(vpn, 1, DURABLE)
    expect(b.pages(vpn)).toEqual([[420263, 3, 1, WAITING_DIRTY]])
    expect(b.frame(CMA)).toEqual([CMA, 1, 0, 'referenced|uptodate|swapbacked'])
    b.drain('lru')
    expect(b.pages(vpn)).toEqual([[420263, 2, 1, PINNED_DIRTY]])
    expect(b.frame(CMA)).toEqual([CMA, 0, 0, ''])
    expect(b.free()).toEqual([2852, 1020])
    b.drain('pcp')
    expect(b.free()).toEqual([2859, 1021])
    b.events()
    expect(b.dmaAlloc(1024)).toBe(CMA)
    expect(b.events('al', 'mig')).toEqual(['al 421880', 'al 421881', 'al 421882', 'mig 3 0 2 6'])
    expect(b.free()).toEqual([1835, 0])
    expect(b.pages(vpn, 4)).toEqual([
      [420263, 2, 1, PINNED_DIRTY],
      [421881, 1, 1, MOVED],
      [421880, 1, 1, MOVED],
      [421882, 1, 1, MOVED],
    ])
    b.dmaRelease(CMA, 1024)
    b.drain('both')
    b.unpin(pin)
    b.drain('both')

    b.hog()
    const eight = b.touch(8)
    b.drain('both')
    expect(b.pages(eight, 8).map((f) => f[0])).toEqual([
      424960, 425472, 425728, 425216, 425344, 425856, 425600, 425088,
    ])
    const many = b.pin(eight, 8, DURABLE)
    expect(b.pages(eight, 8)).toEqual([
      ...[423338, 423339, 423330, 423331, 420264, 420265, 421864].map((pfn) => [
        pfn,
        2,
        1,
        PINNED_DIRTY,
      ]),
      [421865, 3, 1, WAITING_DIRTY],
    ])
    b.drain('lru')
    expect(b.free()).toEqual([2832, 1016])
    expect(b.dmaAlloc(1024)).toBe(CMA)
    expect(b.free()).toEqual([1822, 0])
    b.dmaRelease(CMA, 1024)
    b.drain('both')
    b.unpin(many)
    b.drain('both')

    b.hog()
    const four = b.touch(4)
    b.drain('both')
    const request = { mm: b.app.mm, vaddr: four * 4096, size: 16384, write: true, label: 'vb2' }
    const buf = b.run(vb2_dc_get_userptr(b.m, request))
    if (typeof buf === 'number') throw new Error(`get_userptr: ${buf}`)
    expect(b.pages(four, 4)).toEqual([
      [421866, 2, 1, PINNED_DIRTY],
      [421867, 2, 1, PINNED_DIRTY],
      [421856, 2, 1, PINNED_DIRTY],
      [421857, 3, 1, WAITING_DIRTY],
    ])
    b.drain('lru')
    expect(b.free()).toEqual([2835, 1020])
    expect(b.dmaAlloc(1024)).toBe(CMA)
    expect(b.free()).toEqual([1818, 0])
    b.dmaRelease(CMA, 1024)
    b.drain('both')
    b.run(vb2_dc_put_userptr(b.m, buf))
    expect(b.pages(four, 4).map((f) => f.slice(0, 2))).toEqual([
      [421866, 1],
      [421867, 1],
      [421856, 1],
      [421857, 1],
    ])
  })
})

describe('e4: untouched pages, the full series', () => {
  test('ME-15, 25: DURABLE, plain and vb2 pins land on the recorded frames', () => {
    const b = new Board(true)
    b.spill()
    b.events()
    const vpn = b.map(1)
    b.pin(vpn, 1, DURABLE)
    expect(b.events('al')).toEqual(['al 423337', 'al 424960', 'al 420263'])
    expect(b.pages(vpn)).toEqual([[420263, 3, 1, WAITING_DIRTY]])
    b.drain('lru')
    expect(b.pages(vpn)).toEqual([[420263, 2, 1, PINNED_DIRTY]])
    b.drain('pcp')
    expect(b.free()).toEqual([2862, 1024])
    expect(b.dmaAlloc(1024)).toBe(CMA)
    expect(b.free()).toEqual([1838, 0])
    b.dmaRelease(CMA, 1024)
    b.drain('both')
    const plain = b.map(1)
    b.pin(plain)
    expect(b.pages(plain)).toEqual([[CMA, 3, 1, WAITING]])
    b.drain('lru')
    expect(b.pages(plain)).toEqual([[CMA, 2, 1, PINNED]])
    b.hog()
    b.events()
    const buffer = b.map(2)
    const request = { mm: b.app.mm, vaddr: buffer * 4096, size: 8192, write: true, label: 'vb2' }
    expect(typeof b.run(vb2_dc_get_userptr(b.m, request))).toBe('object')
    expect(b.events('al')).toEqual(['al 425472', 'al 423338', 'al 425728', 'al 423339'])
    expect(b.pages(buffer, 2)).toEqual([
      [423338, 2, 1, PINNED_DIRTY],
      [423339, 3, 1, WAITING_DIRTY],
    ])
    b.drain('lru')
    const output = b.map(2)
    const read = { mm: b.app.mm, vaddr: output * 4096, size: 8192, write: false, label: 'vb2' }
    b.run(vb2_dc_get_userptr(b.m, read))
    expect(b.pages(output, 2)).toEqual([
      [b.zero, 3, 0, 'referenced|reserved'],
      [b.zero, 3, 0, 'referenced|reserved'],
    ])
    expect(b.free()).toEqual([2847, 1016])
  })
})

describe('e5: copy-on-write under DURABLE, baseline and the full series', () => {
  test.each([
    [false, 424960, 425472],
    [true, 420263, 424960],
  ])('ME-27: the copy of a zero-page entry (series: %s)', (series, durable, plain) => {
    const b = new Board(series)
    b.spill()
    const [one, two] = [b.map(1), b.map(1)]
    b.read(one)
    b.read(two)
    b.drain('pcp')
    b.pin(one, 1, DURABLE)
    expect(b.pages(one)).toEqual([[durable, 3, 1, WAITING]])
    b.drain('lru')
    b.pin(two)
    expect(b.pages(two)).toEqual([[plain, 3, 1, WAITING]])
    const read = b.map(2)
    const pin = b.pin(read, 2, FOLL_DURABLE | FOLL_FORCE)
    expect(pin.pages.map((page) => page_to_pfn(b.m, page))).toEqual([b.zero, b.zero])
    expect(b.frame(b.zero)).toEqual([b.zero, 3, 0, 'referenced|reserved'])
    b.unpin(pin)
    expect(b.frame(b.zero)).toEqual([b.zero, 1, 0, 'referenced|reserved'])
  })

  test.each([
    [false, 'C'],
    [true, 'other'],
  ])('ME-17, 18, P4-11: fork-shared pages (series: %s)', (series, where) => {
    const b = new Board(series)
    b.spill()
    const vpn = b.touch(3)
    b.drain('both')
    const frames = b.pages(vpn, 3).map((f) => f[0])
    const child = fork(b)
    expect(b.pages(vpn, 3).map((f) => f.slice(1))).toEqual(Array(3).fill([2, 2, FRESH]))
    const isCma = (pfn: number): boolean => pfn >= CMA

    b.pin(vpn, 1, DURABLE)
    expect(b.pages(vpn)[0]?.slice(1)).toEqual([3, 1, WAITING])
    expect(isCma(b.pfnAt(vpn))).toBe(where === 'C')
    expect(b.frame(frames[0] as number)).toEqual([frames[0], 1, 1, FRESH])

    b.pin(vpn + 1, 1, FOLL_DURABLE | FOLL_FORCE)
    expect(isCma(b.pfnAt(vpn + 1))).toBe(where === 'C')
    expect(b.pfnAt(vpn + 1, child)).toBe(b.pfnAt(vpn + 1))
    const shared = series ? [4, 2, WAITING_DIRTY] : [3, 2, PINNED]
    expect(b.pages(vpn + 1)[0]?.slice(1)).toEqual(shared)

    exit(b, child)
    b.drain('both')
    expect(b.pages(vpn + 2)).toEqual([[frames[2], 1, 1, FRESH]])
    b.pin(vpn + 2, 1, DURABLE)
    expect(isCma(b.pfnAt(vpn + 2))).toBe(where === 'C')
    const reused = series ? [3, 1, WAITING_DIRTY] : [2, 1, PINNED]
    expect(b.pages(vpn + 2)[0]?.slice(1)).toEqual(reused)
    if (!series) expect(b.pfnAt(vpn + 2)).toBe(frames[2])
    else
      expect(b.frame(frames[2] as number).slice(1)).toEqual([
        1,
        0,
        'referenced|uptodate|swapbacked',
      ])
  })
})
