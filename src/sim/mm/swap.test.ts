import { describe, expect, test } from 'vitest'
import { EBUSY, EINVAL } from '../include/linux/errno'
import { ISOLATE_ASYNC_MIGRATE, ISOLATE_UNEVICTABLE } from '../include/linux/migrate'
import { PG_active, PG_writeback } from '../include/linux/page-flags'
import { REF_ISO } from '../machine/kinds'
import { clearFlag, setFlag } from '../machine/page'
import { munmapRegion } from '../machine/process'
import { sys_mlock, sys_munlock } from './mlock_range'
import {
  activate_page,
  deactivate_page,
  lru_add_drain,
  mark_page_accessed,
  putUserPage,
} from './swap'
import { __isolate_lru_page, isolate_lru_page, putback_lru_page } from './vmscan'
import { del_page_from_lru_list, page_lru } from '../include/linux/mm_inline'
import { Lab } from './test/lab'

/** `n` pages on the inactive list: put back after a deactivation by hand. */
function inactivePages(lab: Lab, n: number): number[] {
  const vpn = lab.map(n)
  for (let i = 0; i < n; i++) lab.write(vpn + i)
  lab.flush()
  const pages = Array.from({ length: n }, (_, i) => lab.pageAt(vpn + i))
  for (const page of pages) {
    isolate_lru_page(lab.m, page)
    clearFlag(lab.m, page, PG_active)
    putback_lru_page(lab.m, page)
  }
  lab.flush()
  return pages
}

describe('pagevecs', () => {
  test('REF-14: a page whose last reference was the vector is freed at the flush', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    lab.write(vpn)
    const page = lab.pageAt(vpn)
    const pin = lab.pin(vpn)
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + pv1')
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
    expect(lab.refs(page)).toBe('1 = pin1')
    putUserPage(lab.m, page, pin.holder)
    expect(lab.refs(page)).toBe('0')
    lab.expectSound()
  })

  test('10.2.3: the 14th activation flushes the vector, earlier ones wait', () => {
    const lab = new Lab()
    const pages = inactivePages(lab, 14)
    for (const page of pages.slice(0, 13)) activate_page(lab.m, page)
    expect(lab.refs(pages[0] as number)).toBe('2 = map1 + pv1')
    expect(lab.flags(pages[0] as number)).not.toContain('active')
    activate_page(lab.m, pages[13] as number)
    for (const page of pages) {
      expect(lab.refs(page)).toBe('1 = map1')
      expect(lab.flags(page)).toContain('active')
    }
    lab.expectSound()
  })

  test('10.2.3: the 14th deactivation flushes the vector; a page that is mapped is not demoted', () => {
    const lab = new Lab()
    const pages = inactivePages(lab, 14)
    for (const page of pages) activate_page(lab.m, page)
    for (const page of pages.slice(0, 13)) deactivate_page(lab.m, page)
    expect(lab.refs(pages[0] as number)).toBe('2 = map1 + pv1')
    deactivate_page(lab.m, pages[13] as number)
    for (const page of pages) {
      expect(lab.refs(page)).toBe('1 = map1')
      expect(lab.flags(page)).toContain('active')
    }
    lab.expectSound()
  })

  test('GUP-8: the first access marks a page referenced, the second one activates it', () => {
    const lab = new Lab()
    const [page] = inactivePages(lab, 1) as [number]
    mark_page_accessed(lab.m, page)
    expect(lab.flags(page)).toContain('referenced')
    expect(lab.refs(page)).toBe('1 = map1')
    mark_page_accessed(lab.m, page)
    expect(lab.refs(page)).toBe('2 = map1 + pv1')
    expect(lab.flags(page)).not.toContain('referenced')
    lru_add_drain(lab.m)
    expect(lab.flags(page)).toContain('active')
    lab.expectSound()
  })

  test('REF-16: draining all CPUs flushes every one of them, a work item each', () => {
    const lab = new Lab({ cpus: 3 })
    const pages = [0, 1, 2].map((cpu) => {
      lab.process.task.cpu = cpu
      const vpn = lab.map(1)
      lab.write(vpn)
      return lab.pageAt(vpn)
    })
    const { drain_work_items } = lab.m.counters
    lab.process.task.cpu = 0
    lru_add_drain(lab.m)
    expect(pages.map((page) => lab.refs(page))).toEqual([
      '1 = map1',
      '2 = map1 + pv1',
      '2 = map1 + pv1',
    ])
    lab.flush()
    expect(pages.map((page) => lab.refs(page))).toEqual(['1 = map1', '1 = map1', '1 = map1'])
    expect(lab.m.counters.drain_work_items - drain_work_items).toBe(3)
    expect(lab.process.task.cpu).toBe(0)
    lab.expectSound()
  })
})

describe('isolation and put-back', () => {
  test('REF-4: isolation takes a reference and PG_lru, and looks at no pin', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    expect(__isolate_lru_page(lab.m, page, 0)).toBe(0)
    del_page_from_lru_list(lab.m, page, page_lru(lab.m, page))
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + iso1')
    expect(lab.flags(page)).not.toContain('lru')
    expect(__isolate_lru_page(lab.m, page, 0)).toBe(-EINVAL)
    expect(isolate_lru_page(lab.m, page)).toBe(-EBUSY)
    putback_lru_page(lab.m, page)
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + pv1')
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('9.2.9: unevictable pages need their mode, writeback refuses the asynchronous one', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    lab.run(sys_mlock(lab.m, lab.mm, vpn, 1))
    expect(__isolate_lru_page(lab.m, page, 0)).toBe(-EINVAL)
    setFlag(lab.m, page, PG_writeback)
    const mode = ISOLATE_UNEVICTABLE | ISOLATE_ASYNC_MIGRATE
    expect(__isolate_lru_page(lab.m, page, mode)).toBe(-EBUSY)
    clearFlag(lab.m, page, PG_writeback)
    expect(__isolate_lru_page(lab.m, page, ISOLATE_UNEVICTABLE)).toBe(0)
    del_page_from_lru_list(lab.m, page, page_lru(lab.m, page))
    putback_lru_page(lab.m, page)
    lab.expectSound()
  })

  test('REF-19: a page that only its isolation holds is freed at the next flush, not before', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    isolate_lru_page(lab.m, page)
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
    expect(lab.refs(page)).toBe('1 = iso1')
    putback_lru_page(lab.m, page, REF_ISO)
    expect(lab.refs(page)).toBe('1 = pv1')
    lab.flush()
    expect(lab.refs(page)).toBe('0')
    lab.expectSound()
  })
})

describe('mlock', () => {
  test('REF-8, REF-15: it holds no reference; new pages of a locked area skip the vector', () => {
    const lab = new Lab()
    const vpn = lab.map(2)
    lab.write(vpn)
    expect(lab.run(sys_mlock(lab.m, lab.mm, vpn, 2))).toBe(0)
    for (const at of [vpn, vpn + 1]) {
      const page = lab.pageAt(at)
      expect(lab.refs(page)).toBe('1 = map1')
      expect(lab.flags(page)).toEqual(expect.arrayContaining(['lru', 'unevictable', 'mlocked']))
    }
    lab.expectSound()
  })

  test('FLT-19: a hole is -ENOMEM, and munlock brings the page back to an evictable list', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    expect(lab.run(sys_mlock(lab.m, lab.mm, vpn - 1, 2))).toBe(-12)
    lab.run(sys_mlock(lab.m, lab.mm, vpn, 1))
    lab.run(sys_munlock(lab.m, lab.mm, vpn, 1))
    lab.flush()
    expect(lab.flags(page)).not.toContain('mlocked')
    expect(lab.flags(page)).not.toContain('unevictable')
    lab.expectSound()
  })

  test('unmapping a locked page frees it and leaves no count behind', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    lab.run(sys_mlock(lab.m, lab.mm, vpn, 1))
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
    expect(lab.refs(page)).toBe('0')
    lab.expectSound()
  })
})
