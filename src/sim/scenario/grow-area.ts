/**
 * Growing a CMA area. Areas are reserved at boot, so this is no intervention in a run: it is another
 * machine, and a run of it differs from event 0 on.
 */
import { specError } from '../machine/boot'
import type { CmaSpec, MachineSpec } from '../machine/types'
import type { ScenarioPlan } from './types'

/** The plan with an area larger by `pages` pages, or why there is no room for them. */
export function growArea(
  plan: ScenarioPlan,
  name: string,
  pages: number,
): { readonly plan: ScenarioPlan } | { readonly reason: string } {
  const { machine } = plan
  const area = machine.cma.find((a) => a.name === name)
  if (area === undefined) {
    const names = machine.cma.map((a) => a.name).join(', ') || 'none'
    return { reason: `no CMA area is called "${name}"; there are: ${names}` }
  }
  const unit = 1 << Math.max(machine.maxOrder - 1, machine.pageblockOrder)
  if (!Number.isSafeInteger(pages) || pages <= 0 || pages % unit !== 0) {
    return { reason: `an area grows by multiples of ${unit} pages, got ${pages}` }
  }
  if (machine.freeLists !== null) {
    return {
      reason: `the free lists of ${machine.name} are given with ${name} as it is; set the scenario's own parameter for the size of the area`,
    }
  }
  // Upwards first: what a program places at an offset of the area then stays where it was.
  const above = { startPfn: area.startPfn + area.pages, pages }
  const below = { startPfn: area.startPfn - pages, pages }
  const whyAbove = rangeComplaint(machine, area, above)
  if (whyAbove === null) return { plan: withArea(plan, area, area.startPfn, pages) }
  const whyBelow = rangeComplaint(machine, area, below)
  if (whyBelow === null) return { plan: withArea(plan, area, below.startPfn, pages) }
  return {
    reason: `${name} has no room for ${pages} pages more: above, ${whyAbove}; below, ${whyBelow}`,
  }
}

type Range = Pick<CmaSpec, 'startPfn' | 'pages'>

function withArea(plan: ScenarioPlan, area: CmaSpec, startPfn: number, more: number): ScenarioPlan {
  const grown = { ...area, startPfn, pages: area.pages + more }
  const cma = plan.machine.cma.map((a) => (a === area ? grown : a))
  return { ...plan, machine: { ...plan.machine, cma } }
}

/** Why the frames cannot be part of the area; null when they can. */
function rangeComplaint(machine: MachineSpec, area: CmaSpec, range: Range): string | null {
  const other = machine.cma.find((a) => a !== area && overlap(a, range))
  if (other !== undefined) return `there is ${other.name}`
  const used = machine.boot.find((use) => overlap(use, range))
  if (used !== undefined) {
    return `frames from 0x${used.startPfn.toString(16)} are in use since boot (${used.use})`
  }
  const zone = machine.zones.find((z) => overlap(z, area))
  const isInside =
    zone !== undefined &&
    range.startPfn >= zone.startPfn &&
    range.startPfn + range.pages <= zone.startPfn + zone.pages
  if (!isInside) return 'its zone ends'
  const cma = [...machine.cma, { ...range, name: `${area.name} more` }]
  return specError({ ...machine, cma })?.message ?? null
}

function overlap(x: Range, y: Range): boolean {
  return x.startPfn < y.startPfn + y.pages && y.startPfn < x.startPfn + x.pages
}
