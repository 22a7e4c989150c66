/** The tabs of the inspector: tables and strips of a machine as it stands. */
import type { Aspect, AspectData, BitmapStrip, Sheet } from '../../shared/sheet'
import type { Machine } from '../../sim'
import { cmaSheets, cmaStrips } from './cma'
import { costSheets } from './costs'
import { freelistSheets, pcpSheets } from './free-lists'
import { lruSheets } from './lru'
import { processSheets } from './processes'
import { vb2Sheets } from './vb2'
import { zoneSheets } from './zones'

const SHEETS: Readonly<Record<Aspect, (m: Machine) => readonly Sheet[]>> = {
  freelists: freelistSheets,
  pcp: pcpSheets,
  lru: lruSheets,
  zone: zoneSheets,
  cma: cmaSheets,
  processes: processSheets,
  vb2: vb2Sheets,
  costs: costSheets,
}

export function aspectData(m: Machine, aspect: Aspect): AspectData {
  const strips: readonly BitmapStrip[] = aspect === 'cma' ? cmaStrips(m) : []
  return { aspect, sheets: SHEETS[aspect](m), strips }
}
