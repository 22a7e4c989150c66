/** What is marked on the map besides its colours: what the legend says of it, and what is drawn. */
import type { MapGeometry } from './geometry'
import type { MapPalette } from './draw'
import { framesOnMap, HIGHLIGHTS, type Highlight, type HighlightName } from './highlights'

export interface MarkEntry {
  readonly name: HighlightName | 'positions'
  readonly label: string
  readonly help: string
  readonly count: number
  readonly shown: boolean
}

/** Frames that views point out; null where one asks for nothing. */
export type Asked = Readonly<Record<HighlightName, Uint32Array | null>>
export type Hidden = ReadonlySet<MarkEntry['name']>

const WORDS: Readonly<Record<HighlightName, { label: string; help: string }>> = {
  why: { label: 'why', help: 'Frames that the explanation names' },
  debug: { label: 'debugger', help: 'Frames of the place where the debugger stands' },
  filter: { label: 'filter', help: 'Frames of the events that pass the filter' },
}

/** Entries of the legend for all that is marked, shown or not. */
export function markEntries(
  asked: Asked,
  positions: number,
  hidden: Hidden,
  g: MapGeometry,
): MarkEntry[] {
  const entries: MarkEntry[] = HIGHLIGHTS.map((name) => ({
    name,
    ...WORDS[name],
    count: framesOnMap(asked[name], g),
    shown: !hidden.has(name),
  }))
  const tried: MarkEntry = {
    name: 'positions',
    label: 'tried',
    help: 'Positions that requests for contiguous memory tried',
    count: positions,
    shown: !hidden.has('positions'),
  }
  return [tried, ...entries].filter(({ count }) => count > 0)
}

/** What is drawn: the debugger's place last, over the others. */
export function shownHighlights(asked: Asked, hidden: Hidden, palette: MapPalette): Highlight[] {
  return (['filter', 'why', 'debug'] as const).flatMap((name) => {
    const frames = asked[name]
    return frames === null || frames.length === 0 || hidden.has(name)
      ? []
      : [{ name, frames, colour: palette[name] }]
  })
}
