import { describe, expect, test } from 'vitest'
import { VM_MAYREAD, VM_READ } from '../include/linux/mm'
import { NR_FILE_PAGES, NR_SHMEM } from '../include/linux/mmzone'
import { PG_locked, PG_referenced } from '../include/linux/page-flags'
import { REF_TMP } from '../machine/kinds'
import { ref_drop, ref_get } from '../machine/ledger'
import type { Zone } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import { clearFlag, setFlag } from '../machine/page'
import { mapRegion } from '../machine/process'
import type { Page } from '../machine/types'
import { createAddressSpace, read_cache_page } from '../mm/filemap'
import { set_page_dirty, startWriteback } from '../mm/page-writeback'
import { exactZoneState } from '../mm/vmstat'
import { Lab } from '../mm/test/lab'
import { get_bh, put_bh } from './buffer'
import { drop_caches } from './drop_caches'

function cached(lab: Lab, mapping: AddressSpace): Page[] {
  const pages = Array.from({ length: mapping.size }, (_, i) =>
    lab.run(read_cache_page(lab.m, mapping, i)),
  )
  lab.flush()
  return pages
}

function filePages(lab: Lab): number {
  return exactZoneState(lab.m.zones[0] as Zone, NR_FILE_PAGES)
}

describe('drop_caches', () => {
  test('frees clean pages of every file, with and without buffers, by ascending index', () => {
    const lab = new Lab({ cma: 64 })
    const plain = cached(lab, createAddressSpace(lab.m, 'plain', 3))
    const buffers = cached(lab, createAddressSpace(lab.m, 'bdev', 2, { buffers: true }))
    expect(filePages(lab)).toBe(5)
    lab.events.length = 0
    expect(drop_caches(lab.m)).toBe(5)
    expect(lab.eventsNamed('mm_page_free').map((e) => e.pfn)).toEqual([...plain, ...buffers])
    expect(filePages(lab)).toBe(0)
    expect(drop_caches(lab.m)).toBe(0)
    lab.expectSound()
  })

  test('and what was in them is read again', () => {
    const lab = new Lab({ cma: 64 })
    const mapping = createAddressSpace(lab.m, 'f', 2)
    const contents = cached(lab, mapping).map((page) => lab.m.mem.content[page])
    drop_caches(lab.m)
    expect(cached(lab, mapping).map((page) => lab.m.mem.content[page])).toEqual(contents)
    lab.expectSound()
  })

  test('leaves pages that are dirty, being written, mapped, locked, referred to or held by a buffer', () => {
    const lab = new Lab({ cma: 64 })
    const mapping = createAddressSpace(lab.m, 'f', 7, { buffers: true })
    const pages = cached(lab, mapping)
    const [dirty, writeback, mapped, locked, held, busy, free] = pages as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const flags = VM_READ | VM_MAYREAD
    const vpn = lab.run(
      mapRegion(lab.m, lab.mm, {
        pages: 1,
        flags,
        at: null,
        file: mapping,
        pgoff: 2,
        vm_ops: null,
      }),
    )
    lab.read(vpn)
    expect(lab.pageAt(vpn)).toBe(mapped)
    set_page_dirty(lab.m, dirty)
    startWriteback(lab.m, writeback)
    setFlag(lab.m, locked, PG_locked)
    ref_get(lab.m, held, REF_TMP)
    get_bh(lab.m, busy)
    expect(drop_caches(lab.m)).toBe(1)
    expect([...mapping.pages.values()]).toEqual(pages.slice(0, 6))
    expect(lab.refs(free)).toBe('0')
    // It keeps its buffers too, and waits to be demoted.
    expect(lab.refs(mapped)).toBe('4 = map1 + pv1 + cache1 + priv1')
    clearFlag(lab.m, locked, PG_locked)
    ref_drop(lab.m, held, REF_TMP)
    put_bh(lab.m, busy)
    lab.flush()
    expect(drop_caches(lab.m)).toBe(3)
    lab.flush()
    expect([...mapping.pages.keys()]).toEqual([0, 1, 2])
    lab.expectSound()
  })

  test('what stays is demoted: reclaim looks at it next', () => {
    const lab = new Lab({ cma: 64 })
    const [page] = cached(lab, createAddressSpace(lab.m, 'f', 1)) as [number]
    setFlag(lab.m, page, PG_referenced)
    ref_get(lab.m, page, REF_TMP)
    drop_caches(lab.m)
    lab.flush()
    expect(lab.flags(page)).not.toContain('referenced')
    ref_drop(lab.m, page, REF_TMP)
    lab.expectSound()
  })

  test('a page that waits in a vector is held by it', () => {
    const lab = new Lab({ cma: 64 })
    const mapping = createAddressSpace(lab.m, 'f', 1)
    lab.run(read_cache_page(lab.m, mapping, 0))
    expect(drop_caches(lab.m)).toBe(0)
    lab.flush()
    expect(drop_caches(lab.m)).toBe(1)
    lab.expectSound()
  })

  test('files that live in memory keep their pages', () => {
    const lab = new Lab({ cma: 64 })
    cached(lab, createAddressSpace(lab.m, 'tmpfs', 2, { swapBacked: true }))
    expect(drop_caches(lab.m)).toBe(0)
    expect(exactZoneState(lab.m.zones[0] as Zone, NR_SHMEM)).toBe(2)
    lab.expectSound()
  })

  test('a pinned cache page stays, and its pin is good', () => {
    const lab = new Lab({ cma: 64 })
    const mapping = createAddressSpace(lab.m, 'f', 1)
    const [page] = cached(lab, mapping) as [number]
    const flags = VM_READ | VM_MAYREAD
    const vpn = lab.run(
      mapRegion(lab.m, lab.mm, {
        pages: 1,
        flags,
        at: null,
        file: mapping,
        pgoff: 0,
        vm_ops: null,
      }),
    )
    lab.read(vpn)
    const pin = lab.pin(vpn, { write: false })
    expect(pin.pages).toEqual([page])
    expect(drop_caches(lab.m)).toBe(0)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })
})
