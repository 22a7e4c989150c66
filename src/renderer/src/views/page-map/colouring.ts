/**
 * How the frames of a map are coloured: what every value of its cells means, by which token it is drawn,
 * which sign it has besides, and which value shows where several frames share a cell.
 */
import {
  PAGE_CLASSES,
  type MapMode,
  type PageMapData,
  type PlacedMap,
} from '../../../../shared/page-map'
import { CLASS_NAMES, isFree, LEGEND_NAMES, RANK_OF } from './page-map-model'

/** Signs besides the colour, for what keeps an area from being taken. */
export const CORNER = 1
export const HATCH = 2

/** Owners with a colour of their own; all others share one. */
export const OWNER_COLOURS = 8
const OTHERS = 'others'

/** What a mode says of a frame. */
export interface Meaning {
  /** The same in both runs and at every place: what the legend's filter remembers. */
  readonly key: string
  readonly label: string
  readonly token: string
  readonly sign: number
}

export interface Colouring {
  readonly mode: MapMode
  /** A value per frame. */
  readonly cells: Uint8Array
  /** By value. */
  readonly meanings: readonly Meaning[]
  /** By value, as the engine has them: also of what shares a colour. */
  readonly names: readonly string[]
  /** By value: the greatest shows in a cell of several frames, as what matters must not disappear. */
  readonly rank: Uint8Array
  readonly legend: readonly LegendEntry[]
}

export interface LegendEntry extends Meaning {
  readonly frames: number
  readonly group: 'free' | 'used' | null
}

/** Colours of owners by their names. */
export type OwnerSlots = ReadonlyMap<string, number>

/** A map at a place has a layer if it was asked for; that of a run as it ended has none. */
export type ShownMap = PageMapData | PlacedMap

export function layerOf(map: ShownMap): PlacedMap['layer'] {
  return 'layer' in map ? map.layer : null
}

/** The colouring of a map as the engine gave it: that of its layer, else the state. */
export function colouringOf(map: ShownMap, slots: OwnerSlots): Colouring {
  const layer = layerOf(map)
  if (layer === null) return stateColouring(map.cells)
  const { mode, cells, legend } = layer
  const meanings = legend.map(({ label }, value) => meaningOf(mode, label, value, slots))
  const frames = legend.map((entry) => entry.frames)
  const rank = Uint8Array.from(rankOf(mode, meanings, frames))
  const names = legend.map(({ label }) => label)
  return { mode, cells, meanings, names, rank, legend: legendOf(meanings, frames, () => null) }
}

function stateColouring(cells: Uint8Array): Colouring {
  const meanings = PAGE_CLASSES.map((name): Meaning => {
    const sign = name.startsWith('pinned') ? CORNER : name === 'free-isolate' ? HATCH : 0
    return {
      key: name,
      label: LEGEND_NAMES[name] ?? CLASS_NAMES[name],
      token: `--page-${name}`,
      sign,
    }
  })
  const frames = Array.from(countsOf(cells))
  const groups = PAGE_CLASSES.map((name) => (isFree(name) ? 'free' : 'used'))
  // What matters most is read first.
  const legend = legendOf(meanings, frames, (value) => groups[value] ?? null).toReversed()
  const names = PAGE_CLASSES.map((name) => CLASS_NAMES[name])
  return { mode: 'state', cells, meanings, names, rank: RANK_OF, legend }
}

/** How often each value occurs. */
function countsOf(cells: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256)
  // By index: an iterator would take most of a frame for a million pages.
  // eslint-disable-next-line @typescript-eslint/prefer-for-of
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as number
    counts[cell] = (counts[cell] as number) + 1
  }
  return counts
}

const MIGRATETYPE_TOKENS = [
  '--page-absent',
  '--cat-7',
  '--cat-4',
  '--map-quiet',
  '--cat-other',
  '--cat-6',
  '--cat-1',
]

type Say = (label: string, value: number, slots: OwnerSlots) => Omit<Meaning, 'key' | 'label'>

const QUIET = { token: '--map-quiet', sign: 0 }
const BLOCK_TOKENS = ['--page-absent', '--map-takeable', '--page-pinned-long']

const SAY: Readonly<Record<Exclude<MapMode, 'state'>, Say>> = {
  migratetype: (label, value) => ({
    token: MIGRATETYPE_TOKENS[value] ?? '--cat-other',
    sign: label === 'Isolate' ? HATCH : 0,
  }),
  owner: (label, value, slots) => {
    const slot = slots.get(label)
    const token = slot === undefined ? '--cat-other' : `--cat-${slot + 1}`
    return value === 0 ? QUIET : { token, sign: holdsPins(label) ? CORNER : 0 }
  },
  pin: (_label, value) => (value === 0 ? QUIET : { token: `--pin-${value}`, sign: CORNER }),
  age: (_label, value) => (value === 0 ? QUIET : { token: `--age-${value}`, sign: 0 }),
  'would-block': (_label, value) => ({
    token: BLOCK_TOKENS[value] ?? '--cat-other',
    sign: value === 2 ? CORNER : 0,
  }),
}

function meaningOf(
  mode: Exclude<MapMode, 'state'>,
  label: string,
  value: number,
  slots: OwnerSlots,
): Meaning {
  const said = SAY[mode](label, value, slots)
  const name = mode === 'owner' && said.token === '--cat-other' ? OTHERS : label
  return { key: name, label: name, ...said }
}

/** The engine names who holds a pin `task: what`. */
function holdsPins(label: string): boolean {
  return label.includes(': ')
}

function rankOf(
  mode: MapMode,
  meanings: readonly Meaning[],
  frames: readonly number[],
): readonly number[] {
  const { length } = meanings
  switch (mode) {
    case 'owner': {
      // Who pins first, then who has least: the many are seen in any case.
      const order = meanings
        .map((_, value) => value)
        .slice(1)
        .toSorted(
          (x, y) => signOf(meanings, x) - signOf(meanings, y) || at(frames, y) - at(frames, x),
        )
      return meanings.map((_, value) => order.indexOf(value) + 1)
    }
    case 'age':
      // The youngest.
      return meanings.map((_, value) => (value === 0 ? 0 : length - value))
    default:
      return meanings.map((_, value) => value)
  }
}

function signOf(meanings: readonly Meaning[], value: number): number {
  return meanings[value]?.sign ?? 0
}

function at(numbers: readonly number[], i: number): number {
  return numbers[i] ?? 0
}

/** What occurs, one entry a key; what is no frame at all has none. */
function legendOf(
  meanings: readonly Meaning[],
  frames: readonly number[],
  groupOf: (value: number) => LegendEntry['group'],
): LegendEntry[] {
  const entries = new Map<string, LegendEntry>()
  for (const [value, meaning] of meanings.entries()) {
    const count = at(frames, value)
    if (count === 0 || meaning.token === '--page-absent') continue
    const before = entries.get(meaning.key)?.frames ?? 0
    entries.set(meaning.key, { ...meaning, frames: before + count, group: groupOf(value) })
  }
  return [...entries.values()]
}

/** Gives owners that have no colour yet the next free ones: who pins first, then who has most. */
export function withOwners(slots: OwnerSlots, layer: PlacedMap['layer']): OwnerSlots {
  if (layer?.mode !== 'owner' || slots.size === OWNER_COLOURS) return slots
  const fresh = layer.legend
    .slice(1)
    .filter(({ label, frames }) => frames > 0 && label !== OTHERS && !slots.has(label))
    .toSorted(
      (x, y) => Number(holdsPins(y.label)) - Number(holdsPins(x.label)) || y.frames - x.frames,
    )
    .slice(0, OWNER_COLOURS - slots.size)
  if (fresh.length === 0) return slots
  return new Map([...slots, ...fresh.map(({ label }, i) => [label, slots.size + i] as const)])
}

/** How a colouring looks with a filter: what is not asked for fades, and shows in no cell it shares. */
export interface Look {
  readonly colours: Uint32Array
  readonly rank: Uint8Array
  readonly signs: Uint8Array
}

/** How much of a colour that is not asked for is left, of 256. */
const DIMMED = 56
/** Ranks are fewer than this. */
const FIRST = 256

export function lookOf(
  colouring: Colouring,
  filter: ReadonlySet<string>,
  colourOf: (token: string) => number,
  ground: number,
): Look {
  const { meanings } = colouring
  const isAsked = meanings.map(({ key }) => filter.size === 0 || filter.has(key))
  const order = meanings.map((_, value) => value).toSorted((x, y) => weight(x) - weight(y))
  function weight(value: number): number {
    return (isAsked[value] === true ? FIRST : 0) + (colouring.rank[value] ?? 0)
  }
  const rank = new Uint8Array(256)
  for (const [place, value] of order.entries()) rank[value] = place
  return {
    colours: Uint32Array.from(meanings, ({ token }, value) => {
      const colour = colourOf(token)
      return isAsked[value] === true ? colour : mix(colour, ground, DIMMED)
    }),
    rank,
    signs: Uint8Array.from(meanings, ({ sign }, value) => (isAsked[value] === true ? sign : 0)),
  }
}

/** `share` of 256 parts of `colour`, the rest of `ground`; alpha stays opaque. */
export function mix(colour: number, ground: number, share: number): number {
  let out = 0xff000000
  for (let shift = 0; shift < 24; shift += 8) {
    const part = ((colour >>> shift) & 255) * share + ((ground >>> shift) & 255) * (256 - share)
    out |= (part >> 8) << shift
  }
  return out >>> 0
}
