import { describe, expect, test } from 'vitest'
import { EFAULT, ENOMEM, ERESTARTSYS } from '../include/linux/errno'
import { VM_IO, VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_WRITE } from '../include/linux/mm'
import { failNextAllocs } from '../machine/fault'
import { exitProcess, forkProcess, mapRegion, munmapRegion } from '../machine/process'
import { createAddressSpace } from './filemap'
import { __get_user_pages } from './memory_gup'
import { Lab } from './test/lab'

const ALL_MAY = VM_MAYREAD | VM_MAYWRITE

function mapAnon(lab: Lab, pages: number, flags: number): number {
  return lab.run(
    mapRegion(lab.m, lab.mm, { pages, flags, at: null, file: null, pgoff: 0, vm_ops: null }),
  )
}

describe('get_user_pages at baseline', () => {
  test('ME-15: a write pin of an untouched page faults it in and adds one reference', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    const pin = lab.pin(vpn)
    const page = lab.pageAt(vpn)
    expect(pin).toMatchObject({ ret: 1, pages: [page] })
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + pv1')
    expect(lab.flags(page)).toContain('referenced')
    lab.flush()
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-16: a read pin of untouched pages takes the zero page, once per page', () => {
    const lab = new Lab()
    const zero = lab.m.zero_page
    const before = lab.m.mem.count[zero] as number
    const vpn = lab.map(3)
    const pin = lab.pin(vpn, { pages: 3, write: false })
    expect(pin).toMatchObject({ ret: 3, pages: [zero, zero, zero] })
    expect(lab.m.mem.count[zero]).toBe(before + 3)
    expect(lab.flags(zero)).toEqual(['referenced', 'reserved'])
    lab.unpin(pin)
    expect(lab.m.mem.count[zero]).toBe(before)
    lab.expectSound()
  })

  test('ME-17: a write pin after fork copies; the child keeps the frame', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    lab.run(forkProcess(lab.m, 'child', 0))
    const pin = lab.pin(vpn)
    const copy = lab.pageAt(vpn)
    expect(pin.pages).toEqual([copy])
    expect(lab.refs(page)).toBe('1 = map1')
    expect(lab.refs(copy)).toBe('3 = map1 + pin1 + pv1')
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({
      gfp_flags: 'GFP_HIGHUSER_MOVABLE',
    })
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-18: a write pin after the child exited keeps the CMA frame', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    if (child === null) throw new Error('fork failed')
    lab.run(exitProcess(lab.m), child.task.id)
    const allocs = lab.m.counters.allocs
    const pin = lab.pin(vpn)
    expect(pin.pages).toEqual([page])
    expect(lab.m.counters.allocs).toBe(allocs)
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    expect(lab.m.counters.pinned_in_cma).toBe(1)
    lab.unpin(pin)
    expect(lab.m.cmaFramesPinned).toBe(0)
    lab.expectSound()
  })

  test('GUP-12: a fault that fails on the third page leaves two pinned (ME-20)', () => {
    const lab = new Lab()
    const file = createAddressSpace(lab.m, 'short', 2)
    const flags = VM_READ | VM_WRITE | ALL_MAY
    const vpn = lab.run(
      mapRegion(lab.m, lab.mm, { pages: 4, flags, at: null, file, pgoff: 0, vm_ops: null }),
    )
    const pin = lab.pin(vpn, { pages: 4 })
    expect(pin.ret).toBe(2)
    expect(pin.pages).toHaveLength(2)
    lab.unpin(pin)
    expect(lab.pin(vpn + 2).ret).toBe(-EFAULT)
    lab.expectSound()
  })

  test('GUP-5: no area, device memory, and a hole behind mapped pages', () => {
    const lab = new Lab()
    expect(lab.pin(0x1000).ret).toBe(-EFAULT)
    const device = mapAnon(lab, 1, VM_READ | VM_WRITE | ALL_MAY | VM_IO)
    expect(lab.pin(device).ret).toBe(-EFAULT)
    const vpn = lab.map(4)
    lab.run(munmapRegion(lab.m, lab.mm, vpn + 2, 2))
    const pin = lab.pin(vpn, { pages: 4 })
    expect(pin.ret).toBe(2)
    lab.unpin(pin)
  })

  test('GUP-4: a write pin of a read-only area needs FORCE, and then breaks copy-on-write (GUP-9)', () => {
    const lab = new Lab()
    const vpn = mapAnon(lab, 1, VM_READ | ALL_MAY)
    lab.read(vpn)
    const pages: number[] = []
    const plain = __get_user_pages(lab.m, lab.mm, vpn, 1, 0x1 | 0x2 | 0x4, pages, 0)
    expect(lab.run(plain)).toBe(-EFAULT)
    const pin = lab.pin(vpn)
    const page = lab.pageAt(vpn)
    expect(pin.pages).toEqual([page])
    expect(page).not.toBe(lab.m.zero_page)
    expect(lab.write(vpn)).toBe(-EFAULT)
    lab.unpin(pin)
    lab.expectSound()
  })

  test('GUP-8: a pending SIGKILL ends the call, with what it has so far', () => {
    const lab = new Lab()
    const vpn = lab.map(3)
    lab.process.task.sigkill = true
    expect(lab.pin(vpn).ret).toBe(-ERESTARTSYS)
    lab.process.task.sigkill = false
    const pages: number[] = []
    const proc = __get_user_pages(lab.m, lab.mm, vpn, 3, 0x16 | 0x1, pages, lab.pin(vpn).holder)
    const paused = lab.runTo(proc, 11, 2)
    lab.process.task.sigkill = true
    expect(lab.finish(paused)).toBe(2)
  })

  test('GUP-9: a fault without memory is -ENOMEM', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    failNextAllocs(lab.m, 2)
    expect(lab.pin(vpn).ret).toBe(-ENOMEM)
  })

  test('a pin names its holder and the call path it was taken on', () => {
    const lab = new Lab()
    lab.process.task.calls.push('direct_IO')
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    const record = lab.m.pins.get(page)?.[0]
    expect(record?.holder).toBe(pin.holder)
    expect(lab.m.holders[pin.holder]).toMatchObject({
      task: 1,
      path: ['direct_IO', '__get_user_pages'],
      long: true,
    })
    lab.unpin(pin)
    expect(lab.m.pins.size).toBe(0)
  })
})
