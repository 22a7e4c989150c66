/** Reads a page frame as it is typed: a PFN in hex or decimal, or a physical address. */
import { pfnText } from '../../../../shared/text'
import { addressText } from '../../components/sheet-model'

export interface FrameRange {
  readonly name: string
  readonly startPfn: number
  readonly pages: number
}

export type FoundFrame =
  | { readonly ok: true; readonly pfn: number; readonly text: string }
  | { readonly ok: false; readonly message: string }

const PAGE_SHIFT = 12

/** What is meant; null where nothing is typed. A number that is a PFN of the machine is one. */
export function findFrame(typed: string, zones: readonly FrameRange[]): FoundFrame | null {
  const text = typed.trim().replaceAll('_', '').replaceAll(',', '')
  if (text === '') return null
  const value = numberOf(text)
  if (value === null) {
    const hint = /^[\da-f]+$/i.test(text) ? `; hex begins with 0x: 0x${text}` : ''
    return { ok: false, message: `"${typed.trim()}" is no number${hint}. ${allowedText(zones)}` }
  }
  const zone = zoneOf(value, zones)
  if (zone !== undefined) return found(value, zone, '')
  const pfn = Math.floor(value / 2 ** PAGE_SHIFT)
  const byAddress = zoneOf(pfn, zones)
  if (byAddress !== undefined) return found(pfn, byAddress, `, physical ${addressText(value)}`)
  const asHex = text.startsWith('0x') ? null : numberOf(`0x${text}`)
  const hint =
    asHex !== null && zoneOf(asHex, zones) !== undefined ? `; for hex write 0x${text}` : ''
  return {
    ok: false,
    message: `${text} lies in no zone of this machine${hint}. ${allowedText(zones)}`,
  }
}

function found(pfn: number, zone: FrameRange, how: string): FoundFrame {
  return { ok: true, pfn, text: `pfn ${pfnText(pfn)} in zone ${zone.name}${how}` }
}

function numberOf(text: string): number | null {
  if (!/^(0x[\da-f]+|\d+)$/i.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

function zoneOf(pfn: number, zones: readonly FrameRange[]): FrameRange | undefined {
  return zones.find(({ startPfn, pages }) => pfn >= startPfn && pfn < startPfn + pages)
}

/** What may be typed, from the first frame to the last. */
export function allowedText(zones: readonly FrameRange[]): string {
  const first = Math.min(...zones.map(({ startPfn }) => startPfn))
  const last = Math.max(...zones.map(({ startPfn, pages }) => startPfn + pages)) - 1
  if (!Number.isFinite(first)) return 'No run has ended yet, so there are no frames.'
  const bytes = 2 ** PAGE_SHIFT
  return (
    `Allowed: a PFN, ${pfnText(first)} to ${pfnText(last)} or ${first} to ${last}, ` +
    `or a physical address, ${addressText(first * bytes)} to ${addressText((last + 1) * bytes - 1)}.`
  )
}

/** The frame `by` further that lies in a zone; null beyond the ends. */
export function neighbourFrame(
  pfn: number,
  by: 1 | -1,
  zones: readonly FrameRange[],
): number | null {
  if (zoneOf(pfn + by, zones) !== undefined) return pfn + by
  // Over a hole between two zones.
  const edges = zones.map(({ startPfn, pages }) => (by === 1 ? startPfn : startPfn + pages - 1))
  const ahead = edges.filter((edge) => (edge - pfn) * by > 0).toSorted((x, y) => (x - y) * by)
  return ahead[0] ?? null
}
