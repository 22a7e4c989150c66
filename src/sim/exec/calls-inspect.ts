/** Calls that look at the machine, turn its knobs, or prepare what other calls need. */
import { gfpText } from '../include/linux/gfp'
import {
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
} from '../include/linux/mmzone'
import { PG_locked, PG_swapbacked } from '../include/linux/page-flags'
import { unlock_page } from '../include/linux/pagemap'
import { bitmap_find_next_zero_area, bitmap_set } from '../lib/bitmap'
import { check } from '../machine/check'
import { failNextAllocs } from '../machine/fault'
import { page_to_pfn, type Machine, type Zone } from '../machine/machine'
import { PageSwapCache, setFlag, testFlag } from '../machine/page'
import { NULL_PAGE } from '../machine/types'
import { createAddressSpace } from '../mm/filemap'
import { allocflags_to_migratetype, gfp_zone } from '../mm/page_alloc'
import { setup_zone_migrate_reserve, zone_watermark_ok } from '../mm/page_alloc_wmark'
import {
  lowmem_reserve_ratio_sysctl_handler,
  min_free_kbytes_sysctl_handler,
  percpu_pagelist_fraction_sysctl_handler,
} from '../mm/page_alloc_sysctl'
import { add_to_swap } from '../mm/swap_state'
import { checkGfp } from './calls-alloc'
import { isFree } from './frames'
import type { Answer, Handlers } from './handler'
import { dumpMachine, pageInfo } from './inspect'
import { ExecRefusal, pageOf, processOf, type Session } from './session'
import type { CallOf } from './types'
import { typeName } from './zone-dump'

export const INSPECT_CALLS: Handlers<
  | 'zone_watermark_ok'
  | 'setup_zone_migrate_reserve'
  | 'sysctl'
  | 'gfp'
  | 'bitmap_find_next_zero_area'
  | 'fail_next_allocs'
  | 'kill'
  | 'lock_page'
  | 'unlock_page'
  | 'add_to_swap'
  | 'create_file'
  | 'truncate'
  | 'page'
  | 'dump'
  | 'check'
> = {
  zone_watermark_ok: watermarkOk,
  setup_zone_migrate_reserve: (x, c) => {
    for (const zone of zonesOf(x.m, c.zone)) {
      if (c.min !== null) raiseMarks(zone, c.min)
      setup_zone_migrate_reserve(x.m, zone)
    }
    return { ret: 0 }
  },
  sysctl: setSysctl,
  gfp: (x, c) => {
    checkGfp(c.gfp)
    const type = allocflags_to_migratetype(x.m, c.gfp)
    const zone = x.m.zones[gfp_zone(x.m, c.gfp)]?.name ?? null
    return { ret: 0, text: gfpText(c.gfp), value: c.gfp, migratetype: typeName(type), zone }
  },
  bitmap_find_next_zero_area: (_x, c) => {
    const map = new Uint8Array(c.size)
    for (const bit of c.set) {
      if (bit >= c.size) throw new ExecRefusal(`bit ${bit} is outside a bitmap of ${c.size}`)
      bitmap_set(map, bit, 1)
    }
    const ret = bitmap_find_next_zero_area(map, c.size, c.start, c.nr, c.mask)
    return { ret, found: ret < c.size }
  },
  fail_next_allocs: (x, c) => {
    failNextAllocs(x.m, c.n)
    return { ret: 0 }
  },
  kill: (x, c) => {
    const task = c.mm === null ? x.task : processOf(x, c.mm).task
    if (c.signal === 'SIGKILL') task.sigkill = true
    task.signal_pending = true
    return { ret: 0, pid: task.pid }
  },
  lock_page: (x, c) => {
    const page = usedPage(x, c.page)
    if (testFlag(x.m, page, PG_locked)) throw new ExecRefusal('the page is locked already')
    setFlag(x.m, page, PG_locked)
    return { ret: 0 }
  },
  unlock_page: (x, c) => {
    const page = usedPage(x, c.page)
    if (!testFlag(x.m, page, PG_locked)) throw new ExecRefusal('the page is not locked')
    unlock_page(x.m, page)
    return { ret: 0 }
  },
  add_to_swap: (x, c) => {
    const page = usedPage(x, c.page)
    const isAnon = testFlag(x.m, page, PG_swapbacked) && ((x.m.mem.mapping[page] ?? 0) & 1) === 1
    if (!isAnon) throw new ExecRefusal(`pfn ${page_to_pfn(x.m, page)} is not anonymous`)
    if (PageSwapCache(x.m, page)) throw new ExecRefusal('the page is in the swap cache already')
    return { ret: 0, slot: add_to_swap(x.m, page), count: x.m.mem.count[page] }
  },
  create_file: (x, c) => {
    if (x.files.has(c.name)) throw new ExecRefusal(`a file is called "${c.name}" already`)
    const { shmem: swapBacked, buffers, migratepage, writepage } = c
    const options = { swapBacked, buffers, migratepage, writepage }
    x.files.set(c.name, createAddressSpace(x.m, c.name, c.pages, options))
    return { ret: 0 }
  },
  truncate: (x, c) => {
    const file = x.files.get(c.file)
    if (file === undefined) throw new ExecRefusal(`no file "${c.file}"`)
    // Only accesses beyond the new end notice; pages that are cached there stay.
    file.size = c.pages
    return { ret: 0 }
  },
  page: (x, c) => {
    if (c.page === null && c.addr === null) throw new ExecRefusal('needs pfn, page or addr')
    return pageInfo(x, c)
  },
  dump: (x, c) => ({ ret: 0, what: c.what, ...dumpMachine(x, c.what, zonesOf(x.m, c.zone)) }),
  check: (x, c) => {
    const violations = check(x.m, { quiescent: c.quiescent })
    return { ret: violations.length, violations }
  },
}

/** Writes one of the vm sysctls (2.5.3, 4.1.4, 5.1.3). */
function setSysctl(x: Session, c: CallOf<'sysctl'>): Answer {
  const { m } = x
  const write = SYSCTLS.get(c.name.replace(/^vm[./]/, ''))
  if (write === undefined) {
    throw new ExecRefusal(`no sysctl "${c.name}"; there are ${[...SYSCTLS.keys()].join(', ')}`)
  }
  const ret = write(m, c.values)
  return {
    ret,
    watermarks: m.zones.map((zone) => Array.from(zone.watermark)),
    reserves: m.zones.map((zone) => Array.from(zone.lowmem_reserve)),
  }
}

const SYSCTLS: ReadonlyMap<string, (m: Machine, values: readonly number[]) => number> = new Map([
  ['min_free_kbytes', (m, [value]) => min_free_kbytes_sysctl_handler(m, value ?? -1)],
  [
    'percpu_pagelist_fraction',
    (m, [value]) => percpu_pagelist_fraction_sysctl_handler(m, value ?? -1),
  ],
  ['lowmem_reserve_ratio', lowmem_reserve_ratio_sysctl_handler],
])

/** The zone of that name, or all of them. */
function zonesOf(m: Machine, name: string | null): readonly Zone[] {
  if (name === null) return m.zones
  const found = m.zones.find((zone) => zone.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return [found]
  throw new ExecRefusal(`no zone "${name}"; there are ${m.zones.map((z) => z.name).join(', ')}`)
}

/** A new MIN; the other two stay at least as high. */
function raiseMarks(zone: Zone, min: number): void {
  zone.watermark[WMARK_MIN] = min
  for (const mark of [WMARK_LOW, WMARK_HIGH]) {
    zone.watermark[mark] = Math.max(zone.watermark[mark] as number, min)
  }
}

function usedPage(x: Session, ref: CallOf<'lock_page'>['page']): number {
  const page = pageOf(x, ref)
  if (page !== NULL_PAGE && !isFree(x.m, page)) return page
  throw new ExecRefusal('the page is free')
}

/** Asks a zone as it is, or as it would be with other counters (5.3). */
function watermarkOk(x: Session, c: CallOf<'zone_watermark_ok'>): Answer {
  const real = zonesOf(x.m, c.zone)[0] as Zone
  const zone: Zone = {
    ...real,
    vm_stat: real.vm_stat.slice(),
    nr_free: real.nr_free.slice(),
  }
  if (c.NF !== null) zone.vm_stat[NR_FREE_PAGES] = c.NF
  if (c.NC !== null) zone.vm_stat[NR_FREE_CMA_PAGES] = c.NC
  if (c.nr_free !== null) zone.nr_free.set(c.nr_free.slice(0, zone.nr_free.length))
  if (c.classzone_idx >= x.m.zones.length) {
    throw new ExecRefusal(`classzone_idx ${c.classzone_idx}: there are ${x.m.zones.length} zones`)
  }
  const marks = { MIN: WMARK_MIN, LOW: WMARK_LOW, HIGH: WMARK_HIGH }
  const mark = typeof c.mark === 'number' ? c.mark : (zone.watermark[marks[c.mark]] as number)
  const ok = zone_watermark_ok(zone, c.order, mark, c.classzone_idx, c.alloc_flags)
  return { ret: ok ? 1 : 0, ok, mark }
}
