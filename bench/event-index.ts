/** What the indices over the event log cost and save, on synthetic events: no model runs here. */
import { EventIndex } from '../src/engine/event-index'
import { scanForFrame } from '../src/engine/event-frames'
import { EventLog } from '../src/engine/event-log'
import { EV_mm_page_alloc, EV_mm_page_free } from '../src/sim'
import { absoluteRow, ratioRow, type Section } from './report'

const PAGES = 262_144
const START_PFN = 393_216
const GFP = 0x200da
/** Questions per round; a scan is asked far fewer. */
const QUESTIONS = 2000
const SCANS = 3

/** Allocations and frees of single pages and now and then of a block, by four actors. */
function synthetic(events: number): EventLog {
  const log = new EventLog()
  let state = 1
  for (let i = 0; i < events; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const order = (state & 15) === 0 ? (state >>> 4) % 10 : 0
    const pfn = START_PFN + ((((state >>> 8) % PAGES) >> order) << order)
    const alloc = (i & 1) === 0
    const type = alloc ? EV_mm_page_alloc : EV_mm_page_free
    log.append(type, (state >>> 26) & 3, i * 90, pfn, order, alloc ? 2 : 0, alloc ? GFP : 0)
  }
  return log
}

function milliseconds(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Time of one "all events of this page", by postings and by looking at each event. */
function measureQuestion(
  log: EventLog,
  index: EventIndex,
  round: number,
): { asked: number; scanned: number } {
  let found = 0
  const frame = (k: number): number => START_PFN + ((round * 7919 + k * 104_729) % PAGES)
  const asked = milliseconds(() => {
    for (let k = 0; k < QUESTIONS; k++) found += index.eventsOfFrame(frame(k)).length
  })
  const scanned = milliseconds(() => {
    for (let k = 0; k < SCANS; k++) {
      const all = scanForFrame(log, frame(k), 0, log.length, false).length
      if (all !== index.eventsOfFrame(frame(k)).length) throw new Error('postings missed an event')
    }
  })
  if (found === 0) throw new Error('no frame has an event')
  return { asked: asked / QUESTIONS, scanned: scanned / SCANS }
}

/** @param events how many synthetic events */
export function measureIndex(rounds: number, events: number): Section {
  const log = synthetic(events)
  const index = new EventIndex(log)
  const build = milliseconds(() => {
    index.build()
  })
  const times = Array.from({ length: rounds }, (_, round) => measureQuestion(log, index, round))
  const size = `${(events / 1e6).toFixed(1)} M events`
  return {
    ratios: [
      ratioRow(
        `all events of a page by postings / by a scan, ${size}`,
        times.map((t) => t.asked / t.scanned),
        1 / 500,
      ),
      ratioRow(
        `bytes per event of log and indices, ${size}`,
        [(log.bytes + index.bytes) / log.length],
        32,
        'B',
      ),
    ],
    absolutes: [
      absoluteRow(
        `all events of a page, ${size}`,
        times.map((t) => t.asked * 1000),
        'µs',
      ),
      absoluteRow(`all indices built, ${size}`, [build], 'ms'),
    ],
    notes: [],
  }
}
