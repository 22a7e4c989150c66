/** The words of a timeline; pure. */
import type { CallBar, SeriesData } from '../../../../shared/timeline'
import { countText, returnText, timeText } from '../../../../shared/text'
import { trackOf, valueText, type Row } from './rows-model'

/** `VIDIOC_QBUF = 0`, `43 calls, the worst write = -ENOMEM`. */
export function barText({ call, ret, calls }: CallBar): string {
  const one = `${call} = ${returnText(ret)}`
  return calls === 1 ? one : `${countText(calls)} calls, the worst ${one}`
}

/** The calls that are under way at a moment, with what they will return. */
export function callsAt(series: SeriesData, timeNs: number): string {
  // Asked at every move of the mouse: nothing is made of the many bars that are not there.
  const texts: string[] = []
  for (const { actor, bars } of series.lanes) {
    for (const bar of bars) {
      if (bar.fromNs <= timeNs && timeNs <= bar.toNs) texts.push(`${actor} ${barText(bar)}`)
    }
  }
  return texts.join(', ')
}

/** The chart in one sentence, for who cannot see it. */
export function timelineText(series: SeriesData, rows: readonly Row[]): string {
  const lanes = rows.flatMap((row) => {
    if (row.kind !== 'track') return []
    const values = row.parts.map(({ track, note }) => {
      const data = trackOf(series, track)
      const low = data?.min.reduce((a, b) => (b < a ? b : a), Infinity) ?? Infinity
      const high = data?.max.reduce((a, b) => (b > a ? b : a), -Infinity) ?? -Infinity
      if (low > high) return 'none'
      const text = `${valueText(low, row.unit)} to ${valueText(high, row.unit)}`
      return note === '' ? text : `${note} ${text}`
    })
    return [`${row.label} ${values.join(', ')}`]
  })
  return `Timeline from ${timeText(series.fromNs)} to ${timeText(Math.min(series.toNs, series.endNs))}: ${lanes.join('; ')}.`
}
