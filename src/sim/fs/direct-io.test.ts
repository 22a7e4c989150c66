import { describe, expect, test } from 'vitest'
import { EFAULT } from '../include/linux/errno'
import type { Page } from '../machine/types'
import { newHolder } from '../machine/ledger'
import { get_user_pages_fast, gupFlags } from '../mm/gup'
import { Lab, type LabOptions } from '../mm/test/lab'
import { direct_IO, type DirectIo } from './direct-io'

const MS = 1_000_000

/** A machine whose architecture walks page tables without a lock. */
function fastLab(options: LabOptions = {}): Lab {
  const lab = new Lab(options)
  Object.assign(lab.m, { spec: { ...lab.m.spec, gupFast: true } })
  return lab
}

function fast(lab: Lab, vpn: number, n: number, write = true, longterm = false) {
  const holder = newHolder(lab.m, 'fast', true)
  const pages: Page[] = []
  const gup_flags = gupFlags(write, false)
  const args = { mm: lab.mm, start: vpn, nr_pages: n, gup_flags, pages, holder }
  const ret = lab.run(get_user_pages_fast(lab.m, args, longterm))
  return { ret, pages, holder: holder.id }
}

describe('get_user_pages_fast', () => {
  test('GUP-15: present writable entries are pinned without a fault and without mmap_sem', () => {
    const lab = fastLab()
    const vpn = lab.map(3)
    for (let i = 0; i < 3; i++) lab.write(vpn + i)
    lab.flush()
    const { faults } = lab.m.counters
    // A writer holds the semaphore: the slow call would wait for ever.
    lab.mm.mmap_sem.writer = 0
    const pin = fast(lab, vpn, 3)
    lab.mm.mmap_sem.writer = -1
    expect(pin.ret).toBe(3)
    expect(pin.pages.map((page) => lab.refs(page))).toEqual(Array(3).fill('2 = map1 + pin1'))
    expect(lab.flags(pin.pages[0] as Page)).toContain('referenced')
    expect(lab.m.counters.faults).toBe(faults)
    lab.unpin(pin)
    lab.expectSound()
  })

  test('GUP-15: the first entry that does not qualify ends the fast part; the slow call does the rest', () => {
    const lab = fastLab()
    const vpn = lab.map(3)
    lab.write(vpn)
    lab.read(vpn + 1)
    const pin = fast(lab, vpn, 3)
    expect(pin.ret).toBe(3)
    expect(pin.pages[1]).not.toBe(lab.m.zero_page)
    lab.unpin(pin)
    // A zero-page entry is special, so even a read goes the slow way.
    const read = lab.map(1)
    lab.read(read)
    lab.mm.mmap_sem.writer = 0
    const holder = newHolder(lab.m, 'x', false)
    const gup_flags = gupFlags(false, false)
    const args = { mm: lab.mm, start: read, nr_pages: 1, gup_flags, pages: [], holder }
    expect(get_user_pages_fast(lab.m, args).next().value).toMatchObject({ why: 'mmap_sem' })
    lab.mm.mmap_sem.writer = -1
    lab.expectSound()
  })

  test('GUP-15: when the slow part fails, what was pinned fast is returned', () => {
    const lab = fastLab()
    const vpn = lab.map(2)
    lab.write(vpn + 1)
    const above = vpn + 2
    const pin = fast(lab, vpn + 1, 2)
    expect([pin.ret, above]).toEqual([1, vpn + 2])
    expect(fast(lab, 0x20, 1).ret).toBe(-EFAULT)
    lab.unpin(pin)
  })

  test('GUP-15: ARM has no walker: always the slow call', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    lab.write(vpn)
    lab.mm.mmap_sem.writer = 0
    const holder = newHolder(lab.m, 'x', false)
    const gup_flags = gupFlags(true, false)
    const args = { mm: lab.mm, start: vpn, nr_pages: 1, gup_flags, pages: [], holder }
    expect(get_user_pages_fast(lab.m, args).next().value).toMatchObject({ why: 'mmap_sem' })
  })

  test('GUP-16: the full series does not reach it, every-gup neither (OBJ-7, OBJ-9)', () => {
    const patches = [1, 2, 3, 4, 5]
    for (const lab of [
      fastLab({ patches, kernel: { converted: ['every-gup'] } }),
      new Lab({ patches, kernel: { converted: ['every-gup'] } }),
    ]) {
      const { vpn, page } = lab.touchedCmaPage()
      const pin = fast(lab, vpn, 1)
      expect(pin.pages).toEqual([page])
      lab.unpin(pin)
      // A plain call of the same process does migrate.
      const plain = lab.pinAs('vb2-vmalloc', vpn)
      expect(lab.inCma(plain.pages[0] as Page)).toBe(false)
      lab.unpin(plain)
    }
  })

  test('MOD-14: up to 5.6 a CMA page is pinned where it is, later the walker leaves it', () => {
    for (const [policy, stays] of [
      ['longterm-5.1', true],
      ['longterm-5.13', false],
    ] as const) {
      const lab = fastLab({ kernel: { policy } })
      const { vpn, page } = lab.touchedCmaPage()
      const pin = fast(lab, vpn, 1, true, true)
      expect(pin.ret).toBe(1)
      expect(pin.pages[0] === page).toBe(stays)
      lab.unpin(pin)
    }
  })
})

describe('direct I/O', () => {
  const io = (lab: Lab, vpn: number, rw: DirectIo['rw'] = 'read', deviceNs = MS): DirectIo => ({
    mm: lab.mm,
    start: vpn,
    nr_pages: 2,
    rw,
    deviceNs,
  })

  test('SC-05, SC-07: pins last as long as the device works, and short pins count as short', () => {
    const lab = new Lab()
    const vpn = lab.map(2)
    lab.write(vpn)
    lab.write(vpn + 1)
    lab.flush()
    const page = lab.pageAt(vpn)
    const proc = direct_IO(lab.m, io(lab, vpn))
    let atSleep = ''
    const begin = lab.m.now
    for (let step = proc.next(); step.done !== true; step = proc.next()) {
      if (step.value.at !== 'sleep') continue
      atSleep = lab.refs(page)
      lab.m.now += step.value.ns
    }
    expect(atSleep).toBe('2 = map1 + pin1')
    expect(lab.m.now - begin).toBeGreaterThanOrEqual(MS)
    expect(lab.refs(page)).toBe('1 = map1')
    expect(lab.flags(page)).toContain('dirty')
    expect(lab.m.counters.pinned_in_cma).toBe(0)
    lab.expectSound()
  })

  test('P0-4: converted, it moves its pages out of CMA by the slow call', () => {
    const lab = fastLab({ patches: [1, 3, 4], kernel: { converted: ['direct-io'] } })
    const vpn = lab.map(2)
    lab.write(vpn)
    lab.write(vpn + 1)
    lab.flush()
    expect(lab.run(direct_IO(lab.m, io(lab, vpn)))).toBe(2)
    expect([lab.inCma(lab.pageAt(vpn)), lab.inCma(lab.pageAt(vpn + 1))]).toEqual([false, false])
    expect(lab.m.counters.replaced).toBe(2)
    lab.flush()
    lab.expectSound()
  })

  test('memory that is not there is -EFAULT', () => {
    const lab = new Lab()
    expect(lab.run(direct_IO(lab.m, io(lab, 0x20)))).toBe(-EFAULT)
  })
})
