import { describe, expect, test } from 'vitest'
import { EFAULT, EINVAL } from '../include/linux/errno'
import {
  VM_DONTCOPY,
  VM_GROWSDOWN,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../include/linux/mm'
import { dontneedRegion, forkProcess, mapRegion, munmapRegion } from '../machine/process'
import { createAddressSpace } from './filemap'
import { do_mmap, find_vma, mmapAnonymous } from './mmap'
import { mappersOf } from '../machine/inspect'
import { Lab } from './test/lab'

const RW = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE
const ANON = { file: null, pgoff: 0, vm_ops: null }

describe('areas', () => {
  test('areas are placed downwards and gaps are used again', () => {
    const lab = new Lab()
    const first = mmapAnonymous(lab.mm, 4)
    const second = mmapAnonymous(lab.mm, 2)
    expect(second).toBe(first - 2)
    lab.run(munmapRegion(lab.m, lab.mm, first, 4))
    expect(mmapAnonymous(lab.mm, 3)).toBe(first + 1)
    expect(mmapAnonymous(lab.mm, 1, first + 1)).toBe(-EINVAL)
    expect(mmapAnonymous(lab.mm, 1 << 20)).toBe(-EINVAL)
  })

  test('munmap of the middle cuts an area in two, and both halves find their pages', () => {
    const lab = new Lab()
    const vpn = lab.map(6)
    for (let i = 0; i < 6; i++) lab.write(vpn + i)
    lab.flush()
    lab.run(munmapRegion(lab.m, lab.mm, vpn + 2, 2))
    expect(lab.mm.vmas.map((v) => [v.start - vpn, v.end - vpn])).toEqual([
      [0, 2],
      [4, 6],
    ])
    expect(find_vma(lab.mm, vpn + 2)?.start).toBe(vpn + 4)
    expect(lab.write(vpn + 3)).toBe(-EFAULT)
    for (const i of [0, 1, 4, 5]) {
      const address = (vpn + i) * 4096
      expect(mappersOf(lab.m, lab.pageAt(vpn + i))).toEqual([{ comm: 'app', address }])
    }
    lab.expectSound()
  })

  test('FLT-6: a stack grows down to the page that is touched', () => {
    const lab = new Lab()
    const stack = do_mmap(lab.mm, { ...ANON, pages: 2, flags: RW | VM_GROWSDOWN, at: 0xb0000 })
    expect(lab.write(stack - 3)).toBe(0)
    expect(lab.mm.vmas[0]?.start).toBe(stack - 3)
    expect(mappersOf(lab.m, lab.pageAt(stack - 3))).toHaveLength(1)
    lab.expectSound()
  })

  test('FLT-17: an area marked DONTCOPY is not in the child', () => {
    const lab = new Lab()
    const request = { ...ANON, pages: 1, flags: RW | VM_DONTCOPY, at: null }
    const vpn = lab.run(mapRegion(lab.m, lab.mm, request))
    lab.write(vpn)
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    expect(child?.mm.vmas).toEqual([])
    expect(lab.mapcount(lab.pageAt(vpn))).toBe(1)
  })

  test('FLT-20: MADV_DONTNEED drops the pages and keeps the area; the next read sees zeros', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    expect(lab.run(dontneedRegion(lab.m, lab.mm, vpn, 1))).toBe(0)
    expect(lab.refs(page)).toBe('0')
    expect(lab.mm.pgd.size).toBe(1)
    lab.read(vpn)
    expect(lab.pageAt(vpn)).toBe(lab.m.zero_page)
    lab.expectSound()
  })
})

describe('file mappings (FLT-16)', () => {
  test('a shared mapping maps the cached page, a private write maps a copy allocated before it', () => {
    const lab = new Lab()
    const file = createAddressSpace(lab.m, 'f', 1)
    const map = (flags: number): number =>
      lab.run(mapRegion(lab.m, lab.mm, { pages: 1, flags, at: null, file, pgoff: 0, vm_ops: null }))
    const shared = map(RW | VM_SHARED)
    const hidden = map(RW)
    lab.write(shared)
    const cached = lab.pageAt(shared)
    expect(lab.refs(cached)).toBe('3 = map1 + pv1 + cache1')
    lab.write(hidden)
    const copy = lab.pageAt(hidden)
    expect(copy).not.toBe(cached)
    expect(lab.refs(copy)).toBe('2 = map1 + pv1')
    expect(lab.refs(cached)).toBe('3 = map1 + pv1 + cache1')
    lab.flush()
    lab.expectSound()
  })

  test('a private read maps the cached page read-only, and the write after it copies', () => {
    const lab = new Lab()
    const file = createAddressSpace(lab.m, 'f', 1)
    const vpn = lab.run(
      mapRegion(lab.m, lab.mm, { pages: 1, flags: RW, at: null, file, pgoff: 0, vm_ops: null }),
    )
    lab.read(vpn)
    const cached = lab.pageAt(vpn)
    expect(file.pages.get(0)).toBe(cached)
    lab.write(vpn)
    expect(lab.pageAt(vpn)).not.toBe(cached)
    lab.flush()
    expect(lab.refs(cached)).toBe('1 = cache1')
    lab.expectSound()
  })
})
