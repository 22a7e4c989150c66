/** Colours for what is painted rather than styled: read from the tokens of the theme in force. */
import type { FreeType } from '../../../shared/timeline'
import type { ShownTheme } from '../stores/settings'
import type { MapPalette } from '../views/page-map/draw'

/** Value of a custom property of the document, such as `--line`. */
export type ReadToken = (name: string) => string

/** A reader of the document's tokens, which are those of the theme in force. */
export function documentTokens(_theme: ShownTheme): ReadToken {
  const style = window.getComputedStyle(document.documentElement)
  return (name) => style.getPropertyValue(name).trim()
}

/** `#rrggbb` or `#rgb` as canvas ImageData holds it: 0xAABBGGRR. Anything else is black. */
export function toAbgr(colour: string): number {
  // The build shortens what can be shortened.
  const long = colour.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')
  if (!/^#[\da-f]{6}$/i.test(long)) return 0xff000000
  const rgb = Number.parseInt(long.slice(1), 16)
  return (0xff000000 | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >>> 16)) >>> 0
}

/** Colours of the map that do not depend on how it is coloured. */
export function mapPalette(token: ReadToken): MapPalette {
  return {
    background: toAbgr(token('--surface')),
    frame: toAbgr(token('--warn')),
    mark: toAbgr(token('--text')),
    why: toAbgr(token('--mark-why')),
    debug: toAbgr(token('--mark-debug')),
    filter: toAbgr(token('--mark-filter')),
  }
}

export interface ChartPalette {
  readonly line: string
  readonly text: string
  readonly muted: string
  readonly call: string
  readonly bad: string
  readonly good: string
  readonly warn: string
  /** Free pages of each migratetype, as on the map. */
  readonly freeOf: Readonly<Record<FreeType, string>>
  readonly anon: string
  readonly file: string
  readonly cma: string
  readonly pinned: string
  readonly surface: string
  /** Text on a filled bar. */
  readonly ground: string
}

export function chartPalette(token: ReadToken): ChartPalette {
  return {
    line: token('--line'),
    text: token('--text'),
    muted: token('--muted'),
    call: token('--accent'),
    bad: token('--bad'),
    good: token('--good'),
    warn: token('--warn'),
    surface: token('--surface'),
    anon: token('--page-anon'),
    file: token('--page-file'),
    freeOf: {
      Unmovable: token('--page-free-unmovable'),
      Reclaimable: token('--page-free-reclaimable'),
      Movable: token('--page-free-movable'),
      Reserve: token('--page-free-reserve'),
      CMA: token('--page-free-cma'),
      Isolate: token('--page-free-isolate'),
    },
    cma: token('--warn'),
    pinned: token('--page-pinned-long'),
    ground: token('--on-accent'),
  }
}
