import { describe, expect, it } from 'vitest'
import { NR_ANON_PAGES, NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../include/linux/mmzone'
import { toyMachine } from '../machine/builders'
import { addTask, type Machine, type Zone } from '../machine/machine'
import {
  calculate_normal_threshold,
  exactZoneState,
  frag_show,
  mod_zone_page_state,
  pagetypeinfo_show,
  refresh_cpu_vm_stats,
  zone_page_state,
} from './vmstat'

function machineWithThreshold(threshold: number, cpus = 1): { m: Machine; zone: Zone } {
  const m = toyMachine({ only: '', cpus })
  const zone = m.zones[0] as Zone
  zone.stat_threshold = threshold
  return { m, zone }
}

describe('per-CPU differences', () => {
  it('reach the counter only when they exceed the threshold (errata 1)', () => {
    const { m, zone } = machineWithThreshold(2)
    const reads = [1, 1, 1, -2, -1].map((delta) => {
      mod_zone_page_state(m, zone, NR_ANON_PAGES, delta)
      return zone_page_state(zone, NR_ANON_PAGES)
    })
    expect(reads).toEqual([0, 0, 3, 3, 0])
    expect(exactZoneState(zone, NR_ANON_PAGES)).toBe(0)
  })

  it('belong to the CPU that made them and are folded CPU by CPU (errata 1)', () => {
    const { m, zone } = machineWithThreshold(4, 2)
    mod_zone_page_state(m, zone, NR_ANON_PAGES, 3)
    m.current = addTask(m, 'other', 1).id
    mod_zone_page_state(m, zone, NR_ANON_PAGES, 4)
    expect(zone_page_state(zone, NR_ANON_PAGES)).toBe(0)
    expect(exactZoneState(zone, NR_ANON_PAGES)).toBe(7)
    refresh_cpu_vm_stats(m, 1)
    expect(zone_page_state(zone, NR_ANON_PAGES)).toBe(4)
    refresh_cpu_vm_stats(m, 0)
    expect(zone_page_state(zone, NR_ANON_PAGES)).toBe(7)
  })

  it('read as 0 while the stored value is negative (1.7.2)', () => {
    const { m, zone } = machineWithThreshold(0)
    mod_zone_page_state(m, zone, NR_FREE_PAGES, -1)
    expect(zone_page_state(zone, NR_FREE_PAGES)).toBe(0)
    expect(zone.vm_stat[NR_FREE_PAGES]).toBe(-1)
  })

  it.each([
    { cpus: 1, managed: 25643, threshold: 2 },
    { cpus: 1, managed: 33000, threshold: 4 },
    { cpus: 1, managed: 67584, threshold: 6 },
    { cpus: 1, managed: 185467, threshold: 8 },
    { cpus: 8, managed: 1 << 30, threshold: 125 },
  ])('have threshold $threshold with $cpus CPUs and $managed pages (errata 1)', (c) => {
    const { m, zone } = machineWithThreshold(0, c.cpus)
    zone.managed_pages = c.managed
    expect(calculate_normal_threshold(m, zone)).toBe(c.threshold)
  })
})

describe('/proc/buddyinfo', () => {
  it('prints one line a zone with a blank before each newline (12.4)', () => {
    const m = toyMachine({ maxOrder: 4, only: 'o0 M:[5] o1 M:[2] U:[6] o3 M:[8]' })
    expect(frag_show(m)).toBe('Node 0, zone   Normal      1      2      0      1 \n')
  })
})

describe('/proc/pagetypeinfo', () => {
  it('prints list membership above, pageblock types below (12.5)', () => {
    const m = toyMachine({ blocks: 'UMCC', only: 'o0 M:[5] o3 C:[24,16]' })
    expect(m.zones[0]?.vm_stat[NR_FREE_CMA_PAGES]).toBe(16)
    expect(pagetypeinfo_show(m).split('\n')).toEqual([
      'Page block order: 3',
      'Pages per block:  8',
      '',
      'Free pages count per migrate type at order       0      1      2      3 ',
      'Node    0, zone   Normal, type    Unmovable      0      0      0      0 ',
      'Node    0, zone   Normal, type  Reclaimable      0      0      0      0 ',
      'Node    0, zone   Normal, type      Movable      1      0      0      0 ',
      'Node    0, zone   Normal, type      Reserve      0      0      0      0 ',
      'Node    0, zone   Normal, type          CMA      0      0      0      2 ',
      'Node    0, zone   Normal, type      Isolate      0      0      0      0 ',
      '',
      'Number of blocks type     Unmovable  Reclaimable      Movable      Reserve          CMA      Isolate ',
      'Node 0, zone   Normal            1            0            1            0            2            0 ',
      '',
    ])
  })
})
