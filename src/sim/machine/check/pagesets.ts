/** Per-CPU lists: INV-13 to INV-15. */
import { MIGRATE_ISOLATE, MIGRATE_PCPTYPES, MIGRATETYPE_LETTERS } from '../../include/linux/mmzone'
import type { PerCpuPages, Zone } from '../machine'
import { BUDDY, claim, frame, hasStrays, ON_PCP, pagesOf, violate, type Check } from './context'

export function checkPagesets(c: Check, zone: Zone): void {
  for (const [cpu, pcp] of zone.pageset.entries()) {
    let length = 0
    for (const type of [0, 1, 2] as const) length += checkPcpList(c, zone, pcp, type)
    if (length !== pcp.count) {
      violate(c, 'INV-13', `${zone.name} cpu ${cpu}: count ${pcp.count}, listed ${length}`)
    }
    // A transparent list keeps nothing; the other bound is the specification's own (16.4).
    const most = pcp.high === 0 ? 0 : pcp.high + 3 * pcp.batch - 1
    if (pcp.count > most) {
      const sizes = `high ${pcp.high}, batch ${pcp.batch}`
      violate(c, 'INV-14', `${zone.name} cpu ${cpu}: count ${pcp.count} with ${sizes}`)
    }
  }
}

function checkPcpList(c: Check, zone: Zone, pcp: PerCpuPages, type: 0 | 1 | 2): number {
  const { mem } = c.m
  let length = 0
  for (const page of pagesOf(c, pcp.lists[type], 'INV-13')) {
    length++
    claim(c, page, ON_PCP)
    if (mem.count[page] !== 0 || mem.mapcount[page] === BUDDY) {
      violate(c, 'INV-13', `${frame(c, page)} on a per-CPU list has references or is a block head`)
    }
    if (c.m.zoneOf[page] !== zone.idx) violate(c, 'INV-13', `${frame(c, page)} is of another zone`)
    const cached = mem.index[page] as number
    // A stray that was taken out of an isolated pageblock may be on any list (4.5.4).
    const strayed = hasStrays(zone) && cached === MIGRATE_ISOLATE
    if (type < 2 && cached > MIGRATE_PCPTYPES && !strayed) {
      const letter = MIGRATETYPE_LETTERS[cached]
      violate(c, 'INV-15', `${frame(c, page)} of type ${letter} is not on the M list`)
    }
  }
  return length
}
