/** Frames of a machine, as the map has them. */
import type { PageMapData } from '../../../../shared/page-map'
import type { FrameRange } from './linkify'

export function frameRange(map: PageMapData | undefined): FrameRange | null {
  return map === undefined ? null : { start: map.startPfn, end: map.startPfn + map.cells.length }
}
