/** The machine of a scenario file: a preset with its options, or zones given one by one. */
import { presetMachine, type BootUse, type MachineSpec } from '../sim'
import type { MachineFile } from './scenario-schema'

export type MachinePlanned =
  | { readonly ok: true; readonly spec: MachineSpec }
  | { readonly ok: false; readonly at: string; readonly message: string }

type Explicit = Exclude<MachineFile, { preset: string }>

/** Answers where the machine is impossible, as a path in the file. */
export function toMachineSpec(file: MachineFile): MachinePlanned {
  if ('preset' in file) {
    const { preset, ...options } = file
    const made = presetMachine(preset, options)
    if (made.ok) return made
    return { ok: false, at: `machine.${made.at}`, message: made.message }
  }
  return checkZones(file) ?? { ok: true, spec: explicitSpec(file) }
}

function checkZones(file: Explicit): Extract<MachinePlanned, { ok: false }> | null {
  const maxPages = 1 << ((file.maxOrder ?? 11) - 1)
  const fail = (at: string, message: string) => ({
    ok: false as const,
    at: `machine.${at}`,
    message,
  })
  if (file.pageblockOrder > (file.maxOrder ?? 11) - 1) {
    return fail(
      'pageblockOrder',
      `at most maxOrder - 1 = ${(file.maxOrder ?? 11) - 1}, got ${file.pageblockOrder}`,
    )
  }
  let end = 0
  for (const [i, z] of file.zones.entries()) {
    if (z.startPfn % maxPages !== 0 || z.pages % maxPages !== 0) {
      return fail(
        `zones[${i}]`,
        `start and size must be multiples of ${maxPages} pages (a max-order block)`,
      )
    }
    if (i > 0 && z.startPfn < end)
      return fail(`zones[${i}].startPfn`, 'zones must ascend without overlap')
    end = z.startPfn + z.pages
  }
  for (const [i, area] of (file.cma ?? []).entries()) {
    const complaint = checkArea(file, area, maxPages)
    if (complaint !== null) return fail(`cma[${i}].${complaint[0]}`, complaint[1])
  }
  return null
}

function checkArea(
  file: Explicit,
  area: NonNullable<Explicit['cma']>[number],
  unit: number,
): readonly [string, string] | null {
  if (area.startPfn % unit !== 0)
    return ['startPfn', `unaligned: must be a multiple of ${unit} pages`]
  if (area.pages % unit !== 0) return ['pages', `unaligned: must be a multiple of ${unit} pages`]
  const zone = file.zones.find(
    (z) => area.startPfn >= z.startPfn && area.startPfn < z.startPfn + z.pages,
  )
  if (zone === undefined) return ['startPfn', 'lies in no zone']
  const left = zone.startPfn + zone.pages - area.startPfn
  if (area.pages > left) {
    return [
      'pages',
      `the area is larger than what zone ${zone.name} has from there: ${area.pages} > ${left} pages`,
    ]
  }
  return null
}

function explicitSpec(file: Explicit): MachineSpec {
  const boot: BootUse[] = (file.reserved ?? []).map((r) => ({ ...r, use: 'reserved' }))
  return {
    name: 'explicit',
    cpus: file.cpus,
    maxOrder: file.maxOrder ?? 11,
    pageblockOrder: file.pageblockOrder,
    zones: file.zones.map((z) => ({ ...z, managed: null, watermarks: null })),
    cma: file.cma ?? [],
    cmaAlignmentOrder: 8,
    minFreeKbytes: file.minFreeKbytes ?? null,
    boot,
    freeLists: null,
    pageblocks: {},
    pcp: null,
    statThreshold: null,
    debugVm: file.debugVm ?? false,
    iommu: file.iommu ?? true,
    sgChaining: file.sgChaining ?? true,
    dmaMaxSegSize: file.dmaMaxSegSize ?? 65536,
    dmaCacheAlign: file.dmaCacheAlign ?? 64,
  }
}
