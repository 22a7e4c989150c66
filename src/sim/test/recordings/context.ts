/** What the steps of a window replay share. */
import type { Machine } from '../../machine/machine'
import type { Driver } from './driver'
import type { NumberedLine } from './format'
import type { Placement, Wanted } from './placement'
import type { Report } from './report'

export interface Context {
  readonly m: Machine
  readonly lines: readonly NumberedLine[]
  readonly driver: Driver
  readonly placement: Placement
  readonly report: Report
  /** Frames in use by the last recorded state. */
  inUse: { has: (pfn: number) => boolean }
  /** Every allocation since the last recorded state was the kernel's own choice. */
  exact: boolean
  /** Steps were inferred since lists or counters were last seen to agree. */
  assumed: boolean
}

/** Runs steps whose allocations are to get the given frames, and books what that took. */
export function placed<T>(ctx: Context, wanted: readonly (Wanted | null)[], run: () => T): T {
  const { placement, report } = ctx
  hogBefore(ctx, wanted)
  placement.want(wanted)
  const result = run()
  placement.done()
  if (placement.steered.length > 0) {
    ctx.exact = false
    report.rule(
      'placement: where the lists before an allocation are not recorded, it gets the recorded frame',
      `pfn ${placement.steered[0]}`,
    )
  }
  for (const pfn of placement.refused.splice(0)) {
    ctx.exact = false
    report.rule(
      'placement: the recorded frame was in use in the model, which then chose itself',
      `pfn ${pfn}`,
    )
  }
  for (const { pfn, gfp } of placement.foreign.splice(0)) {
    ctx.assumed = true
    report.rule(
      "the recording kernel's own allocations (slab, tasks) inside a window are made, not compared",
      `pfn ${pfn}, gfp 0x${gfp.toString(16)}`,
    )
  }
  placement.steered = []
  return result
}

/** The driver hogs what came free outside CMA before its program touches memory. */
export function hogBefore(ctx: Context, wanted: readonly (Wanted | null)[]): void {
  if (!ctx.placement.hogFor(wanted)) return
  inferred(ctx, 'hog movable frames until one comes from CMA', 'before memory is touched')
}

/** Books a step that the recording does not list but its next lines show. */
export function inferred(ctx: Context, step: string, where: string): void {
  ctx.assumed = true
  ctx.report.rule(`step between windows, inferred from the frames shown next: ${step}`, where)
}
