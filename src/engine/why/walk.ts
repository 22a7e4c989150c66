/** Plays one troubled call again and looks at every frame that stopped it, when it did. */
import type { BlockingFrame, WalkedPosition } from '../../shared/why'
import {
  at,
  errnoName,
  EV_sim_cma_alloc,
  EV_sim_cma_try,
  EV_sim_cma_try_ret,
  EV_sim_contig_busy,
  EV_sim_gup_pin,
  EV_sim_migrate_giveup,
  EV_sim_offline_result,
  EV_sim_offline_start,
  EV_sim_replace_page,
  EV_sim_unmap_and_move,
  page_to_pfn,
  pfn_to_page,
  pfn_valid,
  type Machine,
} from '../../sim'
import type { Recorder } from '../recorder'
import type { Moment } from '../moment'
import type { PlayHooks, Tape } from '../tape'
import { blockingFrame } from './causes'
import type { Trouble } from './troubles'

/** What is asked of the recording itself. */
type Recorded = Pick<Recorder, 'log' | 'index'>

/** What the call did. */
export interface Walk {
  readonly positions: readonly WalkedPosition[]
  /** Pages of the last contiguous request; 0 when it made none. */
  readonly asked: number
  /** Area it asked, by index; -1 without one. */
  readonly area: number
  /** Free frames of the area's bitmap when the request began. */
  readonly bitmapFree: number
  /** Frames the call pinned, in the order of its pages; where one was replaced, the new frame. */
  readonly pinned: ReadonlySet<number>
  /** Pages it replaced. */
  readonly replaced: number
  /** Frames of the failed positions that were under a pin. */
  readonly pinnedPfns: ReadonlySet<number>
  /** Frames the caller holds that patch 1 gave out without filling them (DEF-2), when the call began. */
  readonly unfilled: number
}

/** So many frames of a position are told one by one; the rest is only counted. */
const MOST_FRAMES = 256

class Walker {
  readonly positions: WalkedPosition[] = []
  asked = 0
  area = -1
  bitmapFree = 0
  readonly pinned = new Set<number>()
  replaced = 0
  unfilled = 0
  readonly pinnedPfns = new Set<number>()
  #open: { start: number; end: number; event: number; attempts: number } | null = null
  #blocking: BlockingFrame[] = []
  /** Frames whose last attempt to move them failed. */
  readonly #unmoved = new Set<number>()

  see({ type, a, b, c, d, event, machine: m }: Moment): void {
    switch (type) {
      case EV_sim_cma_alloc:
        this.#begin(m, b, d)
        break
      case EV_sim_cma_try:
        this.#try(a, b, event)
        break
      case EV_sim_offline_start:
        this.#try(a, a + b, event)
        break
      case EV_sim_unmap_and_move:
        this.#attempt(a, c)
        break
      case EV_sim_migrate_giveup:
      case EV_sim_contig_busy:
        this.#block(m, a)
        break
      case EV_sim_cma_try_ret:
      case EV_sim_offline_result:
        this.#end(m, c)
        break
      case EV_sim_gup_pin:
        this.pinned.add(a)
        break
      case EV_sim_replace_page:
        if (c === 0) this.#replace(a)
        break
      default:
    }
  }

  #begin(m: Machine, count: number, area: number): void {
    this.asked = count
    this.area = area
    this.bitmapFree = m.cma[area]?.bitmap.reduce((n, bit) => n + 1 - bit, 0) ?? 0
  }

  #try(start: number, end: number, event: number): void {
    this.#open = { start, end, event, attempts: 0 }
    this.#blocking = []
    this.#unmoved.clear()
  }

  #attempt(pfn: number, ret: number): void {
    if (this.#open === null) return
    this.#open.attempts++
    if (ret < 0) this.#unmoved.add(pfn)
    else this.#unmoved.delete(pfn)
  }

  #block(m: Machine, pfn: number): void {
    if (this.#blocking.length >= MOST_FRAMES || this.#blocking.some((f) => f.pfn === pfn)) return
    this.#blocking.push(blockingFrame(m, pfn_to_page(m, pfn)))
  }

  #end(m: Machine, ret: number): void {
    const open = this.#open
    if (open === null) return
    this.#open = null
    if (ret < 0 && this.#blocking.length === 0) this.#blameOthers(m, open)
    const blocking = this.#blocking
    const pinned = pinnedIn(m, open.start, open.end)
    if (ret < 0) for (const pfn of pinned) this.pinnedPfns.add(pfn)
    this.positions.push({
      startPfn: open.start,
      endPfn: open.end,
      ret,
      errno: errnoName(ret),
      attempts: open.attempts,
      event: open.event,
      blocking: blocking.toSorted((x, y) => x.pfn - y.pfn),
      truncated: blocking.length >= MOST_FRAMES,
      pinned: pinned.length,
    })
  }

  /**
   * The kernel named no frame. Offlining keeps trying those it cannot move; what was refused before
   * anything was tried has frames that isolation itself found immovable.
   */
  #blameOthers(m: Machine, { start, end }: { start: number; end: number }): void {
    for (const pfn of this.#unmoved) this.#block(m, pfn)
    if (this.#blocking.length === 0) this.#blocking = framesInUse(m, start, end)
  }

  /** The new frame is pinned already: it stands where the old one stood, at the end. */
  #replace(old: number): void {
    this.replaced++
    this.pinned.delete(old)
  }
}

/** Frames of a range that are under a pin. */
function pinnedIn(m: Machine, start: number, end: number): number[] {
  return Array.from(m.pins.keys(), (page) => page_to_pfn(m, page)).filter(
    (pfn) => pfn >= start && pfn < end,
  )
}

/** Frames in use that neither lie on an LRU list nor belong to a free block. */
function framesInUse(m: Machine, start: number, end: number): BlockingFrame[] {
  const found: BlockingFrame[] = []
  for (let pfn = start; pfn < end && found.length < MOST_FRAMES; pfn++) {
    if (!pfn_valid(m, pfn)) continue
    const page = pfn_to_page(m, pfn)
    if (at(m.mem.count, page) === 0) continue
    const frame = blockingFrame(m, page)
    if (frame.class === 'unmovable' || frame.class === 'wrong migratetype') found.push(frame)
  }
  return found
}

/** Frames under the task's pins that were given out by a replacement and never filled. */
function unfilledFrames(m: Machine, task: number, given: ReadonlySet<number>): number {
  return [...m.pins].filter(([page, records]) => {
    const isOurs = records.some((r) => m.holders[r.holder]?.task === task)
    return isOurs && given.has(page_to_pfn(m, page)) && at(m.mem.content, page) === 0
  }).length
}

/** Target frames of successful replacements before the call: only reading back asks about them. */
function givenBefore({ log, index }: Recorded, trouble: Trouble): Set<number> {
  const given = new Set<number>()
  if (trouble.call !== 'device reads') return given
  const next = (event: number): number => index.nextOfType(EV_sim_replace_page, event) ?? Infinity
  for (let event = next(-1); event < trouble.callEvent; event = next(event)) {
    const { b, c } = log.row(event)
    if (c === 0) given.add(b)
  }
  return given
}

/** Plays the call. Null when it was cancelled. */
export async function walkOf(
  tape: Tape,
  recorded: Recorded,
  trouble: Trouble,
  hooks: PlayHooks,
): Promise<Walk | null> {
  const walker = new Walker()
  const given = givenBefore(recorded, trouble)
  const played = await tape.play(
    trouble.callEvent,
    {
      frames: false,
      see: (moment) => {
        if (moment.event < trouble.callEvent) return false
        if (moment.event === trouble.callEvent) {
          walker.unfilled = unfilledFrames(moment.machine, trouble.task, given)
        }
        if (moment.task === trouble.task) walker.see(moment)
        return moment.event >= trouble.retEvent
      },
    },
    hooks,
  )
  tape.recycle(played.run)
  return played.how === 'cancelled' ? null : walker
}
