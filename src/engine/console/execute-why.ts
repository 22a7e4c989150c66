/** Why a request failed, who holds a frame and who ever did, and what would block a request now. */
import type { Result } from '../../shared/result'
import { countText, pagesText, pfnText, timeText } from '../../shared/text'
import { whyText } from '../../shared/why-text'
import type { CauseSum } from '../../shared/why'
import type { Machine } from '../../sim'
import { audit } from '../why/audit'
import { troublesOf, why, type Trouble } from '../why/why'
import { answer, refuse, type Answer, type Bench } from './bench'
import type { Command, WhyOf } from './command'
import { ledgerText } from './print-page'
import { columns } from './print-table'

export type WhyCommand = Extract<Command, { verb: 'why' | 'held' | 'audit' }>

/** Frames of a cause that are named; the others are only counted. */
const MOST_FRAMES = 3

export async function executeWhy(bench: Bench, command: WhyCommand): Promise<Result<Answer>> {
  switch (command.verb) {
    case 'why':
      return await explain(bench, command.of)
    case 'held':
      return answer(held(bench, command.pfn))
    case 'audit':
      return auditAreas(bench.debug.machine, command.area)
  }
}

/** The walk and its causes; remedies take runs of their own, so `pinscope why` looks for them. */
async function explain(bench: Bench, of: WhyOf): Promise<Result<Answer>> {
  if (of.kind === 'pfn') return answer(ledgerText(bench.debug.machine, of.pfn))
  const troubles = troublesOf(bench.recording)
  if (troubles.length === 0) return refuse('no request of this run met trouble')
  const n = of.kind === 'request' ? of.number : latest(bench, troubles)
  if (n < 1 || n > troubles.length) {
    return refuse(`no request ${n}; those that met trouble are numbered 1 to ${troubles.length}`)
  }
  const report = await why(bench.recording, n, false, bench.hooks)
  if (!report.ok) return report
  return answer(whyText(report.value, troubles.length, false))
}

/** The number of the last failed request that had begun at the cursor, else of the last in the run. */
function latest({ debug }: Bench, troubles: readonly Trouble[]): number {
  const { event } = debug.position
  const before = troubles.findLastIndex((t) => t.ret < 0 && t.callEvent <= event)
  const failed = before >= 0 ? before : troubles.findLastIndex((t) => t.ret < 0)
  return (failed < 0 ? troubles.length - 1 : failed) + 1
}

/** Event types that take or drop what somebody has of a frame, and how it reads. */
const HOLDING: ReadonlyMap<string, string> = new Map([
  ['mm_page_alloc', 'allocated'],
  ['mm_page_free', 'freed'],
  ['mm_page_free_batched', 'freed'],
  ['sim_gup_pin', 'pinned'],
  ['sim_unpin', 'unpinned'],
  ['sim_placed', 'placed'],
  ['sim_unmap_and_move', 'migrated'],
])

/** Who allocated, pinned and let go of a frame over the whole run. */
function held({ recording, debug }: Bench, pfn: number): string {
  const { log, index } = recording.recorder
  const rows: (string | number)[][] = []
  for (const n of index.eventsOfFrame(pfn)) {
    const row = log.row(n)
    const what = HOLDING.get(row.type.name)
    if (what === undefined) continue
    const holder = what.endsWith('pinned') ? (recording.machine.holders[row.b]?.label ?? '') : ''
    const actor = recording.machine.tasks[row.task]?.comm ?? ''
    const mark = debug.position.event === n ? '>' : ''
    rows.push([mark, n, timeText(row.timeNs), actor, what, holder])
  }
  return rows.length === 0 ? `Nobody ever held PFN ${pfnText(pfn)}.\n` : columns(rows)
}

/** Frames of the areas that a contiguous request could not take now, by cause and holder. */
function auditAreas(m: Machine, name: string | null): Result<Answer> {
  const areas = m.cma.flatMap((area, i) => (name === null || area.name === name ? [i] : []))
  if (areas.length === 0) return refuse('this machine has no CMA area')
  return answer(areas.map((i) => auditText(m, i)).join(''))
}

function auditText(m: Machine, area: number): string {
  const found = audit(m, area, 0, 0)
  if (found === null) return ''
  const range = `[${pfnText(found.startPfn)}, ${pfnText(found.endPfn)})`
  const head = `area ${found.area} ${range}: ${pagesText(found.used)} handed out`
  if (found.frames.length === 0) return `${head}, nothing else would block a request now\n`
  const rows = found.causes.map((sum) => {
    const named = found.frames.filter((f) => f.cause === sum.cause && f.actor === sum.actor)
    return [`  ${sum.cause}`, pagesText(sum.frames), holderText(sum), framesText(named)]
  })
  return `${head}, ${pagesText(found.frames.length)} would block a request now\n${columns(rows)}`
}

function holderText({ actor, label, oldestNs }: CauseSum): string {
  const who = [actor, label].filter((s) => s !== '').join(': ')
  return oldestNs === null ? who : `${who}, for ${timeText(oldestNs)}`
}

function framesText(frames: readonly { readonly pfn: number }[]): string {
  const shown = frames.slice(0, MOST_FRAMES).map((f) => pfnText(f.pfn))
  const rest = frames.length - shown.length
  return `${shown.join(' ')}${rest > 0 ? ` and ${countText(rest)} more` : ''}`
}
