import { describe, expect, it } from 'vitest'
import { createKernel } from '../patches/series'
import { addTask, createMachine, type Machine } from './machine'
import { IP, type Proc } from './proc'
import { Scheduler } from './scheduler'
import type { MachineSpec } from './types'

const SPEC: MachineSpec = {
  name: 'tiny',
  cpus: 1,
  maxOrder: 4,
  pageblockOrder: 3,
  zones: [{ name: 'Normal', startPfn: 0, pages: 32, managed: null, watermarks: null }],
  cma: [],
  cmaAlignmentOrder: 8,
  minFreeKbytes: null,
  boot: [],
  freeLists: null,
  pageblocks: {},
  pcp: null,
  statThreshold: null,
  debugVm: false,
  iommu: true,
  sgChaining: true,
  dmaMaxSegSize: 65536,
  dmaCacheAlign: 64,
}

function machine(): Machine {
  return createMachine(SPEC, createKernel({ patches: [], mode: 'strict' }))
}

function* worker(m: Machine, log: string[], name: string, steps: number, cost: number): Proc<void> {
  for (let i = 0; i < steps; i++) {
    log.push(`${name}${i}@${m.now}`)
    m.now += cost
    yield IP(7)
  }
}

describe('Scheduler', () => {
  it('interleaves ready threads at their pauses, oldest first, on one clock', () => {
    const m = machine()
    const scheduler = new Scheduler(m)
    const log: string[] = []
    scheduler.spawn(addTask(m, 'a', 0), worker(m, log, 'a', 2, 10), 0)
    scheduler.spawn(addTask(m, 'b', 0), worker(m, log, 'b', 2, 10), 5)
    while (scheduler.step());
    expect(log).toEqual(['a0@0', 'b0@10', 'a1@20', 'b1@30'])
    expect(m.now).toBe(40)
  })

  it('lets time pass when everybody sleeps', () => {
    const m = machine()
    const scheduler = new Scheduler(m)
    function* sleeper(): Proc<void> {
      yield { at: 'sleep', ns: 5000 }
      m.now += 1
    }
    scheduler.spawn(addTask(m, 'a', 0), sleeper(), 100)
    while (scheduler.step());
    expect(m.now).toBe(5101)
  })

  it('wakes a waiting thread once its condition holds', () => {
    const m = machine()
    const scheduler = new Scheduler(m)
    let open = false
    const order: string[] = []
    function* waiter(): Proc<void> {
      yield { at: 'wait', why: 'the gate', until: () => open }
      order.push('through')
    }
    function* opener(): Proc<void> {
      yield { at: 'sleep', ns: 50 }
      open = true
      order.push('opened')
    }
    scheduler.spawn(addTask(m, 'w', 0), waiter(), 0)
    scheduler.spawn(addTask(m, 'o', 0), opener(), 0)
    while (scheduler.step());
    expect(order).toEqual(['opened', 'through'])
  })

  it('reports a deadlock with what each thread waits for', () => {
    const m = machine()
    const scheduler = new Scheduler(m)
    function* stuck(): Proc<void> {
      yield { at: 'wait', why: 'a page lock nobody holds', until: () => false }
    }
    scheduler.spawn(addTask(m, 'codec', 0), stuck(), 0)
    expect(() => {
      while (scheduler.step());
    }).toThrow(/deadlock.*codec waits for a page lock nobody holds/)
  })
})
