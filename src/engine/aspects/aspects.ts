/** The tabs of the inspector: tables and strips of a machine as it stands. */
import type { Aspect, AspectData, BitmapStrip, Sheet } from '../../shared/sheet'
import type { Machine } from '../../sim'
import { cmaSheets, cmaStrips } from './cma'
import { costSheets } from './costs'
import { freelistSheets, lruSheets, pcpSheets, zoneSheets } from './memory'
import { holderSheets, processSheets } from './processes'

const SHEETS: Readonly<Record<Aspect, (m: Machine) => readonly Sheet[]>> = {
  freelists: freelistSheets,
  pcp: pcpSheets,
  lru: lruSheets,
  zone: zoneSheets,
  cma: cmaSheets,
  processes: processSheets,
  vb2: holderSheets,
  costs: costSheets,
}

export function aspectData(m: Machine, aspect: Aspect): AspectData {
  const strips: readonly BitmapStrip[] = aspect === 'cma' ? cmaStrips(m) : []
  return { aspect, sheets: SHEETS[aspect](m), strips }
}
