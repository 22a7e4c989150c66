/** CMA areas: what is handed out, what is in use, and what could not be taken back. */
import type { BitmapStrip, Sheet } from '../../shared/sheet'
import { at, pfn_to_page, type CmaArea, type Machine } from '../../sim'
import { largestHole, usedPages } from '../expr/things'
import { wouldBlock } from '../why/audit'
import { column, sheet } from './sheet'

const FREE = 0
const USED = 1
const BLOCKING = 2

/** Values of a strip at most; larger areas have several frames a value. */
const MOST_VALUES = 65_536

/** What each frame of an area is: free, used, or used by what could not be moved away. */
function frameStates(m: Machine, area: CmaArea): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: area.count }, (_, i) => {
    const page = pfn_to_page(m, area.base_pfn + i)
    // What the area has handed out is in use as it should be.
    if (area.bitmap[i] === 1) return USED
    if (wouldBlock(m, page)) return BLOCKING
    return at(m.mem.count, page) > 0 ? USED : FREE
  })
}

export function cmaSheets(m: Machine): Sheet[] {
  const rows = m.cma.map((area) => {
    const states = frameStates(m, area)
    const handedOut = usedPages(area)
    const inUse = states.reduce((n, state) => n + (state === FREE ? 0 : 1), 0) - handedOut
    const blocked = states.reduce((n, state) => n + (state === BLOCKING ? 1 : 0), 0)
    return [
      area.name,
      area.device ?? 'every device',
      area.base_pfn,
      area.count,
      handedOut,
      largestHole(area),
      inUse,
      blocked,
    ]
  })
  const columns = [
    column('area', 'text'),
    column('device', 'text'),
    column('base_pfn', 'pfn'),
    column('count'),
    column('used'),
    column('maxchunk'),
    column('in use'),
    column('would block'),
  ]
  const note =
    'Used is what the bitmap has handed out, maxchunk its largest hole, whoever uses the frames. In use are frames that others have; those that would block could not be moved away now.'
  return [sheet('CMA areas', columns, rows, note)]
}

/** A strip per area; where a value stands for several frames it is that of the worst. */
export function cmaStrips(m: Machine): BitmapStrip[] {
  return m.cma.map((area) => {
    const states = frameStates(m, area)
    const framesPerBit = Math.ceil(area.count / MOST_VALUES)
    const bits = Uint8Array.from({ length: Math.ceil(area.count / framesPerBit) }, (_, i) =>
      Math.max(...states.subarray(i * framesPerBit, (i + 1) * framesPerBit)),
    )
    return { title: area.name, startPfn: area.base_pfn, framesPerBit, bits }
  })
}
