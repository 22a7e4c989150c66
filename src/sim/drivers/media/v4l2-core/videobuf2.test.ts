import { describe, expect, test } from 'vitest'
import { EBUSY, EFAULT, EINVAL, ENOMEM } from '../../../include/linux/errno'
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_WRITE } from '../../../include/linux/mm'
import { exitProcess, mapRegion, munmapRegion } from '../../../machine/process'
import { dma_release_from_contiguous } from '../../base/dma-contiguous'
import { mmapAnonymous } from '../../../mm/mmap'
import { createAddressSpace } from '../../../mm/filemap'
import { CMA_PFN, Lab, type LabOptions } from '../../../mm/test/lab'
import {
  vb2_buffer_done,
  vb2_dqbuf,
  vb2_init_fileio,
  vb2_prepare_buf,
  vb2_mmap,
  vb2_qbuf,
  vb2_queue_init,
  vb2_queue_release,
  vb2_reqbufs,
  vb2_streamoff,
  vb2_streamon,
  type Vb2Queue,
} from './videobuf2-core'
import {
  dma_map_sg,
  sg_alloc_table_from_pages,
  vb2_dc_get_contiguous_size,
} from './videobuf2-dma-sgtable'

const PAGE = 4096

function userQueue(lab: Lab, size: number, direction: 'capture' | 'output' = 'capture'): Vb2Queue {
  const q = vb2_queue_init('userptr', direction, undefined)
  expect(lab.run(vb2_reqbufs(lab.m, q, 2, size))).toBe(0)
  return q
}

function log(lab: Lab): string[] {
  return lab.m.dmesg.map((line) => line.text)
}

/** `pages` written pages behind a new area; first page number. */
function written(lab: Lab, pages: number): number {
  const vpn = lab.map(pages)
  for (let i = 0; i < pages; i++) lab.write(vpn + i)
  lab.flush()
  return vpn
}

function noIommu(options: LabOptions = {}): Lab {
  const lab = new Lab(options)
  Object.assign(lab.m, { spec: { ...lab.m.spec, iommu: false } })
  return lab
}

describe('USERPTR', () => {
  test('ME-22: pins last from the first QBUF to the release of the buffer, whatever happens between', () => {
    const lab = new Lab()
    const vpn = written(lab, 2)
    const pages = [lab.pageAt(vpn), lab.pageAt(vpn + 1)]
    const q = userQueue(lab, 2 * PAGE)
    const refs = (): string[] => pages.map((page) => lab.refs(page))
    const pinned = ['2 = map1 + pin1', '2 = map1 + pin1']
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 2 * PAGE))).toBe(0)
    expect(refs()).toEqual(pinned)
    expect(vb2_streamon(lab.m, q)).toBe(0)
    expect(vb2_buffer_done(q, 0)).toBe(true)
    expect(vb2_dqbuf(lab.m, q)).toBe(0)
    expect(refs()).toEqual(pinned)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 2 * PAGE))).toBe(0)
    expect(refs()).toEqual(pinned)
    expect(vb2_streamoff(lab.m, q)).toBe(0)
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 2))
    expect(refs()).toEqual(['1 = pin1', '1 = pin1'])
    expect(mmapAnonymous(lab.mm, 2, vpn)).toBe(vpn)
    lab.write(vpn)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 2 * PAGE))).toBe(0)
    expect(refs()).toEqual(['1 = pin1', '1 = pin1'])
    expect(lab.run(vb2_reqbufs(lab.m, q, 0, 0))).toBe(0)
    expect(refs()).toEqual(['0', '0'])
    lab.flush()
    lab.expectSound()
  })

  test('VB2-25: another address or length for the same index puts the old pins', () => {
    const lab = new Lab()
    const vpn = written(lab, 4)
    const q = userQueue(lab, PAGE)
    lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 2 * PAGE))
    vb2_streamon(lab.m, q)
    vb2_buffer_done(q, 0)
    vb2_dqbuf(lab.m, q)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, (vpn + 2) * PAGE, 2 * PAGE))).toBe(0)
    expect([0, 1, 2, 3].map((i) => lab.refs(lab.pageAt(vpn + i)))).toEqual([
      '1 = map1',
      '1 = map1',
      '2 = map1 + pin1',
      '2 = map1 + pin1',
    ])
    expect(lab.flags(lab.pageAt(vpn))).toContain('dirty')
  })

  test('FLT-21: exit frees pinned pages when the device file is released', () => {
    const lab = new Lab()
    const vpn = written(lab, 1)
    const page = lab.pageAt(vpn)
    const q = userQueue(lab, PAGE)
    lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))
    let atClose = ''
    lab.run(
      exitProcess(lab.m, function* () {
        atClose = lab.refs(page)
        yield* vb2_queue_release(lab.m, q)
      }),
    )
    expect([atClose, lab.refs(page)]).toEqual(['1 = pin1', '0'])
    lab.expectSound()
  })

  test('ME-20: a partial pin is put again and the error is lost', () => {
    const lab = new Lab()
    const file = createAddressSpace(lab.m, 'short', 2)
    const flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE
    const vpn = lab.run(
      mapRegion(lab.m, lab.mm, { pages: 4, flags, at: null, file, pgoff: 0, vm_ops: null }),
    )
    const q = userQueue(lab, 4 * PAGE)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 4 * PAGE))).toBe(-EFAULT)
    expect(log(lab).slice(-2)).toEqual(['got only 2 of 4 user pages', 'failed to get user pages'])
    lab.flush()
    expect(lab.refs(lab.pageAt(vpn))).toBe('1 = map1')
    expect(lab.m.pins.size).toBe(0)
    lab.expectSound()
  })

  test('VB2-7, 8, 11: what QBUF refuses, with its message', () => {
    const lab = new Lab()
    const vpn = written(lab, 2)
    const q = userQueue(lab, PAGE)
    const qbuf = (address: number, length: number): number =>
      lab.run(vb2_qbuf(lab.m, q, 0, address, length))
    expect(qbuf(vpn * PAGE + 8, PAGE)).toBe(-EINVAL)
    expect(log(lab).at(-1)).toBe('user data must be aligned to 64 bytes')
    expect(qbuf(0xbf000000, PAGE)).toBe(-EFAULT)
    expect(log(lab).at(-1)).toBe(`no vma for address 3204448256`)
    expect(qbuf(vpn * PAGE, 3 * PAGE)).toBe(-EFAULT)
    expect(log(lab).at(-1)).toBe(`vma at ${vpn * PAGE} is too small for ${3 * PAGE} bytes`)
    expect(qbuf(vpn * PAGE, 64)).toBe(-EINVAL)
    expect(lab.run(vb2_qbuf(lab.m, q, 7, vpn * PAGE, PAGE))).toBe(-EINVAL)
    lab.expectSound()
  })

  test('VB2-2: a queued buffer is not queued again', () => {
    const lab = new Lab()
    const vpn = written(lab, 1)
    const q = userQueue(lab, PAGE)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(0)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(-EINVAL)
    expect(lab.refs(lab.pageAt(vpn))).toBe('2 = map1 + pin1')
  })

  test('VB2-27: REQBUFS while streaming is refused', () => {
    const lab = new Lab()
    const q = userQueue(lab, PAGE)
    vb2_streamon(lab.m, q)
    expect(lab.run(vb2_reqbufs(lab.m, q, 0, 0))).toBe(-EBUSY)
  })

  test('VB2-21, 22: an OUTPUT buffer never written to pins the zero page, no contiguous memory', () => {
    const lab = noIommu()
    const zero = lab.m.mem.count[lab.m.zero_page]
    const vpn = lab.map(2)
    const q = userQueue(lab, 2 * PAGE, 'output')
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 2 * PAGE))).toBe(-EFAULT)
    expect(log(lab).at(-1)).toBe('contiguous mapping is too small 4096/8192')
    expect(lab.m.mem.count[lab.m.zero_page]).toBe(zero)
  })

  test('ME-38: the series replaces a contiguous CMA buffer by frames that are not', () => {
    for (const [patches, ret] of [
      [[], 0],
      [[1, 2, 3, 4, 5], -EFAULT],
    ] as const) {
      const lab = noIommu({ patches, toy: { high: 18, batch: 6 } })
      const vpn = lab.map(5)
      lab.write(vpn + 4)
      // Frames of a released buffer wait on the per-CPU list and come out descending (errata 3).
      const buffer = lab.dmaAlloc(8)
      dma_release_from_contiguous(lab.m, lab.m.cma[0], buffer, 8)
      for (let i = 3; i >= 0; i--) lab.write(vpn + i)
      lab.flush()
      const first = lab.pageAt(vpn)
      expect([1, 2, 3].map((i) => lab.pageAt(vpn + i) - first)).toEqual([1, 2, 3])
      const q = userQueue(lab, 4 * PAGE)
      expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 4 * PAGE))).toBe(ret)
      const stillInCma = [0, 1, 2, 3].filter((i) => lab.inCma(lab.pageAt(vpn + i)))
      expect(stillInCma).toHaveLength(ret === 0 ? 4 : 0)
      if (ret !== 0) expect(log(lab).at(-1)).toBe('contiguous mapping is too small 4096/16384')
      lab.flush()
      lab.expectSound('strays')
    }
  })

  test('errata 4: without scatterlist chaining a 129th chunk is -EINVAL', () => {
    const lab = new Lab()
    const chunks = (n: number): number[] => Array.from({ length: n }, (_, i) => 2 * i)
    Object.assign(lab.m, { spec: { ...lab.m.spec, sgChaining: false } })
    expect(sg_alloc_table_from_pages(lab.m, chunks(128), 0, 128 * PAGE)).toHaveLength(128)
    expect(sg_alloc_table_from_pages(lab.m, chunks(129), 0, 129 * PAGE)).toBe(-EINVAL)
    expect(log(lab).at(-1)).toContain('WARNING')
  })
})

describe('the queue', () => {
  test('VB2-1: vb2_qbuf holds mmap_sem while it pins, vb2_prepare_buf does not', () => {
    for (const [call, readers] of [
      [vb2_qbuf, 1],
      [vb2_prepare_buf, 0],
    ] as const) {
      const lab = new Lab()
      const vpn = written(lab, 1)
      const q = userQueue(lab, PAGE)
      const paused = lab.runTo(call(lab.m, q, 0, vpn * PAGE, PAGE), 1)
      expect(lab.mm.mmap_sem.readers).toBe(readers)
      expect(lab.finish(paused)).toBe(0)
      expect(lab.mm.mmap_sem.readers).toBe(0)
    }
  })

  test('VB2-2, VB2-3: PREPARED is queued without pinning again, any other state is refused', () => {
    const lab = new Lab()
    const vpn = written(lab, 1)
    const q = userQueue(lab, PAGE)
    const state = (): number | undefined => q.bufs[0]?.state
    expect(lab.run(vb2_prepare_buf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(0)
    expect(state()).toBe(1)
    expect(lab.run(vb2_prepare_buf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(-EINVAL)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(0)
    expect(state()).toBe(2)
    vb2_streamon(lab.m, q)
    expect(state()).toBe(3)
    expect(vb2_buffer_done(q, 0, true)).toBe(true)
    expect(state()).toBe(5)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(-EINVAL)
    expect(vb2_dqbuf(lab.m, q)).toBe(0)
    expect(state()).toBe(0)
    expect(lab.refs(lab.pageAt(vpn))).toBe('2 = map1 + pin1')
  })

  test('VB2-2: while read() drives the queue its ioctls are -EBUSY', () => {
    const lab = new Lab()
    const q = vb2_queue_init('mmap', 'capture', lab.m.cma[0])
    expect(lab.run(vb2_init_fileio(lab.m, q, PAGE))).toBe(0)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, 0, PAGE))).toBe(-EBUSY)
    expect(lab.run(vb2_prepare_buf(lab.m, q, 0, 0, PAGE))).toBe(-EBUSY)
    expect(lab.run(vb2_reqbufs(lab.m, q, 0, 0))).toBe(-EBUSY)
    expect(vb2_streamon(lab.m, q)).toBe(-EBUSY)
    expect(lab.run(vb2_init_fileio(lab.m, q, PAGE))).toBe(-EBUSY)
    lab.run(vb2_queue_release(lab.m, q))
    lab.expectSound()
  })

  test('VB2-5: an error gives the buffer’s earlier memory back too', () => {
    const lab = new Lab()
    const vpn = written(lab, 1)
    const q = userQueue(lab, PAGE)
    lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))
    vb2_streamon(lab.m, q)
    vb2_buffer_done(q, 0)
    vb2_dqbuf(lab.m, q)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, 0xbf000000, PAGE))).toBe(-EFAULT)
    expect(q.bufs[0]).toMatchObject({ userptr: 0, length: 0, memory: null, state: 0 })
    expect(lab.refs(lab.pageAt(vpn))).toBe('1 = map1')
  })

  test('VB2-27: what the driver’s buf_prepare refuses keeps its pins', () => {
    const lab = new Lab()
    const vpn = written(lab, 1)
    const driver = { buf_prepare: () => -EINVAL }
    const q = vb2_queue_init('userptr', 'capture', undefined, driver)
    lab.run(vb2_reqbufs(lab.m, q, 1, PAGE))
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(-EINVAL)
    expect(lab.refs(lab.pageAt(vpn))).toBe('2 = map1 + pin1')
    lab.run(vb2_queue_release(lab.m, q))
    expect(lab.refs(lab.pageAt(vpn))).toBe('1 = map1')
  })

  test('VB2-29: a driver that needs more buffers than there is memory for gets none', () => {
    const lab = new Lab()
    const q = vb2_queue_init('mmap', 'capture', lab.m.cma[0], { minBuffers: 3 })
    expect(lab.run(vb2_reqbufs(lab.m, q, 3, 16 * PAGE))).toBe(-ENOMEM)
    expect(q.bufs).toHaveLength(0)
    expect(lab.dmaAlloc(32)).toBe(CMA_PFN)
  })

  test('VB2-10, 12, 17: an offset counts, the area’s copy holds no page, the frames are kept', () => {
    const lab = new Lab()
    const vpn = written(lab, 3)
    const q = userQueue(lab, PAGE)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE + 0x400, 2 * PAGE))).toBe(0)
    const memory = q.bufs[0]?.memory
    expect(memory?.kind === 'userptr' && memory.pages).toEqual(
      [0, 1, 2].map((i) => lab.pageAt(vpn + i)),
    )
    expect(lab.refs(lab.pageAt(vpn))).toBe('2 = map1 + pin1')
  })

  test('VB2-31: frames of an MMAP buffer are no user pages, nothing moves them', () => {
    const lab = new Lab()
    const q = vb2_queue_init('mmap', 'capture', lab.m.cma[0])
    lab.run(vb2_reqbufs(lab.m, q, 1, 8 * PAGE))
    expect(lab.refs(CMA_PFN)).toBe('1 = alloc1')
    expect(lab.flags(CMA_PFN)).not.toContain('lru')
    expect(lab.run(lab.contigRange(CMA_PFN, CMA_PFN + 8))).toBe(-EBUSY)
    expect(lab.m.counters.migrate_attempts).toBe(0)
  })
})

describe('the other allocators', () => {
  test('P5-2, P0-4: dma-sg and vmalloc pin in CMA under the series unless they are converted', () => {
    for (const allocator of ['vb2-dma-sg', 'vb2-vmalloc'] as const) {
      for (const converted of [[], [allocator]]) {
        const lab = new Lab({ patches: [1, 2, 3, 4, 5], kernel: { converted } })
        const vpn = written(lab, 2)
        const q = vb2_queue_init('userptr', 'capture', undefined, { allocator })
        lab.run(vb2_reqbufs(lab.m, q, 1, 2 * PAGE))
        expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 2 * PAGE))).toBe(0)
        expect(lab.inCma(lab.pageAt(vpn))).toBe(converted.length === 0)
        lab.run(vb2_queue_release(lab.m, q))
        expect(lab.flags(lab.pageAt(vpn))).toContain('dirty')
        lab.flush()
        lab.expectSound()
      }
    }
  })

  test('VB2-28: MMAP buffers are those of dma-contig; the others do not take them out of CMA', () => {
    for (const allocator of ['vb2-dma-sg', 'vb2-vmalloc'] as const) {
      const lab = new Lab()
      const q = vb2_queue_init('mmap', 'capture', lab.m.cma[0], { allocator })
      expect(lab.run(vb2_reqbufs(lab.m, q, 1, 4 * PAGE))).toBe(-EINVAL)
      expect(lab.run(vb2_init_fileio(lab.m, q, 4 * PAGE))).toBe(-EINVAL)
      expect([q.bufs, q.fileio]).toEqual([[], false])
      expect(lab.eventsNamed('sim_cma_alloc')).toEqual([])
      lab.expectSound()
    }
  })

  test('SC-05: dma-sg needs no contiguous memory, without an IOMMU either', () => {
    const lab = noIommu()
    const vpn = lab.map(2)
    lab.write(vpn + 1)
    lab.write(vpn)
    const q = vb2_queue_init('userptr', 'output', undefined, { allocator: 'vb2-dma-sg' })
    lab.run(vb2_reqbufs(lab.m, q, 1, 2 * PAGE))
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, 2 * PAGE))).toBe(0)
  })
})

describe('contiguity', () => {
  test('ME-21: chunks of frames 100, 101, 205 with an offset, without and with an IOMMU', () => {
    const lab = noIommu()
    const sgt = sg_alloc_table_from_pages(lab.m, [100, 101, 205], 0x100, 0x2f00)
    if (typeof sgt === 'number') throw new Error('no table')
    expect(sgt.map((e) => e.length)).toEqual([7936, 4096])
    expect(vb2_dc_get_contiguous_size(dma_map_sg(lab.m, sgt))).toBe(7936)
    Object.assign(lab.m, { spec: { ...lab.m.spec, iommu: true } })
    expect(vb2_dc_get_contiguous_size(dma_map_sg(lab.m, sgt))).toBe(0x2f00)
  })

  test('VB2-23: behind an IOMMU the segment size of the device is the limit', () => {
    const lab = new Lab()
    const pages = Array.from({ length: 20 }, (_, i) => 3 * i)
    const size = 20 * PAGE
    const sgt = sg_alloc_table_from_pages(lab.m, pages, 0, size)
    if (typeof sgt === 'number') throw new Error('no table')
    expect(vb2_dc_get_contiguous_size(dma_map_sg(lab.m, sgt))).toBe(65536)
    Object.assign(lab.m, { spec: { ...lab.m.spec, dmaMaxSegSize: 1 << 20 } })
    expect(vb2_dc_get_contiguous_size(dma_map_sg(lab.m, sgt))).toBe(size)
  })
})

describe('MMAP buffers', () => {
  test('ME-23: a pinned page makes every position over it fail; the next free one is taken', () => {
    const lab = new Lab({ cma: 64 })
    const vpn = written(lab, 24)
    const pinnedAt = Array.from({ length: 24 }, (_, i) => i).find(
      (i) => lab.pageAt(vpn + i) >= CMA_PFN + 20,
    ) as number
    const frame = lab.pageAt(vpn + pinnedAt) - CMA_PFN
    const pin = lab.pin(vpn + pinnedAt)
    const q = vb2_queue_init('mmap', 'capture', lab.m.cma[0])
    expect(lab.run(vb2_reqbufs(lab.m, q, 1, 8 * PAGE))).toBe(0)
    const tries = lab.eventsNamed('sim_cma_try_ret')
    expect(tries.at(-1)).toMatchObject({ ret: 0 })
    for (const t of tries.slice(0, -1)) {
      const covers = frame >= (t.start_pfn as number) - CMA_PFN
      expect([t.ret, covers]).toEqual([-EBUSY, true])
    }
    lab.run(vb2_queue_release(lab.m, q))
    const whole = vb2_queue_init('mmap', 'capture', lab.m.cma[0])
    expect(lab.run(vb2_reqbufs(lab.m, whole, 1, 64 * PAGE))).toBe(-ENOMEM)
    expect(log(lab).at(-1)).toBe(`dma_alloc_coherent of size ${64 * PAGE} failed`)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('VB2-29: REQBUFS keeps the buffers it got and stops at the first without memory', () => {
    const lab = new Lab()
    const q = vb2_queue_init('mmap', 'capture', lab.m.cma[0])
    expect(lab.run(vb2_reqbufs(lab.m, q, 3, 16 * PAGE))).toBe(0)
    expect(q.bufs).toHaveLength(2)
    lab.run(vb2_queue_release(lab.m, q))
    lab.expectSound()
  })

  test('VB2-19, 30: a mapped MMAP buffer can be USERPTR of another device without a reference', () => {
    const lab = noIommu()
    const exporter = vb2_queue_init('mmap', 'capture', lab.m.cma[0])
    lab.run(vb2_reqbufs(lab.m, exporter, 1, 4 * PAGE))
    const vpn = lab.run(vb2_mmap(lab.m, exporter, 0))
    const frame = lab.pageAt(vpn)
    expect(frame).toBe(CMA_PFN)
    const importer = userQueue(lab, 4 * PAGE)
    expect(lab.run(vb2_qbuf(lab.m, importer, 0, vpn * PAGE, 4 * PAGE))).toBe(0)
    expect(lab.refs(frame)).toBe('1 = alloc1')
    expect(lab.run(vb2_reqbufs(lab.m, exporter, 0, 0))).toBe(-EBUSY)
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 4))
    lab.run(vb2_queue_release(lab.m, exporter))
    expect(lab.refs(frame)).toBe('1 = alloc1')
    lab.run(vb2_queue_release(lab.m, importer))
    expect(lab.refs(frame)).toBe('0')
    lab.expectSound()
  })
})
