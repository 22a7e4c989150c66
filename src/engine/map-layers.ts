/** Colourings of the page map besides the state: a value per frame, and what the values mean. */
import type { MapLayer, MapMode } from '../shared/page-map'
import { at, MIGRATETYPE_NAMES, USES, type Machine, type Page } from '../sim'
import type { EventLog } from './event-log'
import { eventsBefore } from './places'
import { wouldBlock } from './why/audit'

type LayerMode = Exclude<MapMode, 'state'>

/** Names in a legend besides value 0; the last one then stands for all others. */
const MOST_NAMES = 254

interface Values {
  readonly cells: Uint8Array<ArrayBuffer>
  /** By value. */
  readonly labels: readonly string[]
}

/** The layer of a mode as the machine stands. */
export function mapLayer(m: Machine, log: EventLog, mode: LayerMode): MapLayer {
  const { cells, labels } = VALUES[mode](m, log)
  const frames = labels.map(() => 0)
  for (const value of cells) frames[value] = (frames[value] ?? 0) + 1
  return {
    mode,
    cells,
    legend: labels.map((label, value) => ({ label, frames: frames[value] as number })),
  }
}

const VALUES: Readonly<Record<LayerMode, (m: Machine, log: EventLog) => Values>> = {
  migratetype,
  owner,
  pin,
  age,
  'would-block': blocking,
}

function perFrame(m: Machine, value: (page: Page) => number): Uint8Array<ArrayBuffer> {
  const cells = new Uint8Array(m.nrPages)
  for (let page = 0; page < m.nrPages; page++) {
    if (m.zoneOf[page] !== 255) cells[page] = value(page)
  }
  return cells
}

function migratetype(m: Machine): Values {
  return {
    cells: perFrame(m, (page) => at(m.pageblock, page >> m.pageblockOrder) + 1),
    labels: ['no frame', ...MIGRATETYPE_NAMES],
  }
}

const NOBODY = 'nobody'

/** Values by name, in the order in which they are met. */
class Names {
  readonly #values = new Map<string, number>([[NOBODY, 0]])

  valueOf(name: string): number {
    const known = this.#values.get(name)
    if (known !== undefined) return known
    const value = this.#values.size
    if (value > MOST_NAMES) return MOST_NAMES
    this.#values.set(value === MOST_NAMES ? 'others' : name, value)
    return value
  }

  get labels(): string[] {
    return [...this.#values.keys()]
  }
}

/** What is asked for each number only once; -1 is not asked yet. */
function once(count: number, ask: (n: number) => number): (n: number) => number {
  const known = new Int16Array(count).fill(-1)
  return (n) => {
    const value = known[n] ?? 0
    return value >= 0 ? value : (known[n] = ask(n))
  }
}

/** Who is to be asked for the frame: the holder of its oldest pin, else the task that allocated it. */
function owner(m: Machine): Values {
  const names = new Names()
  const ofTask = once(m.tasks.length, (task) => names.valueOf(m.tasks[task]?.comm ?? NOBODY))
  const ofHolder = once(m.holders.length, (id) => names.valueOf(holderName(m, id)))
  const { count, use, owner: owners } = m.mem
  const unused = USES.indexOf('none')
  const cells = perFrame(m, (page) => {
    if (at(count, page) === 0) return at(use, page) === unused ? 0 : ofTask(at(owners, page))
    const pin = m.pins.get(page)?.[0]
    return pin === undefined ? ofTask(at(owners, page)) : ofHolder(pin.holder)
  })
  return { cells, labels: names.labels }
}

/** Buffers of one queue are one owner. */
function holderName(m: Machine, id: number): string {
  const holder = m.holders[id]
  if (holder === undefined) return NOBODY
  return `${m.tasks[holder.task]?.comm ?? ''}: ${holder.label.replace(/ index \d+$/, '')}`
}

const PIN_LABELS = ['not pinned', 'one short pin', 'short pins', 'one long pin', 'long pins']

function pin(m: Machine): Values {
  const cells = new Uint8Array(m.nrPages)
  for (const [page, records] of m.pins) {
    const isLong = records.some((r) => m.holders[r.holder]?.long === true)
    cells[page] = (isLong ? 3 : 1) + (records.length > 1 ? 1 : 0)
  }
  return { cells, labels: PIN_LABELS }
}

/** Virtual time since the allocation, by powers of ten. */
const AGES = [
  ['less than 1 us', 1e3],
  ['less than 10 us', 1e4],
  ['less than 100 us', 1e5],
  ['less than 1 ms', 1e6],
  ['less than 10 ms', 1e7],
  ['less than 100 ms', 1e8],
  ['less than 1 s', 1e9],
  ['1 s or more', Infinity],
] as const

function age(m: Machine, log: EventLog): Values {
  // Times never fall, so each age begins at an event: no row is read per frame.
  const begins = AGES.map(([, ns]) => eventsBefore(log, m.now - ns + 1))
  const boot = AGES.length + 1
  return {
    cells: perFrame(m, (page) => {
      if (at(m.mem.count, page) === 0) return 0
      const since = at(m.mem.since, page)
      if (since === 0) return boot
      return begins.findIndex((begin) => since >= begin) + 1
    }),
    labels: ['not allocated', ...AGES.map(([label]) => label), 'since boot'],
  }
}

function blocking(m: Machine): Values {
  return {
    cells: perFrame(m, (page) => (wouldBlock(m, page) ? 2 : 1)),
    labels: ['no frame', 'could be taken', 'would block'],
  }
}
