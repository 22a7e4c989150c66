/** Who would stop a CMA request made now, as tables. */
import type { Sheet } from '../../../../shared/sheet'
import { pagesText } from '../../../../shared/text'
import type { AuditInfo } from '../../../../shared/why'

export function auditSheets({ area, causes, frames }: AuditInfo): Sheet[] {
  return [
    {
      title: `What would stop a request in ${area}`,
      columns: [
        { name: 'cause', kind: 'text' },
        { name: 'holder', kind: 'actor' },
        { name: 'as', kind: 'text' },
        { name: 'frames', kind: 'count' },
        { name: 'oldest', kind: 'ns' },
        { name: 'class', kind: 'text' },
      ],
      rows: causes.map((sum) => [
        sum.cause,
        sum.actor === '' ? null : sum.actor,
        sum.label === '' ? null : sum.label,
        sum.frames,
        sum.oldestNs,
        sum.class,
      ]),
      note: '',
    },
    {
      title: `Blocking frames of ${area}`,
      columns: [
        { name: 'pfn', kind: 'pfn' },
        { name: 'cause', kind: 'text' },
        { name: 'holder', kind: 'actor' },
        { name: 'as', kind: 'text' },
        { name: '_count', kind: 'count' },
        { name: 'since', kind: 'event' },
        { name: 'held for', kind: 'ns' },
      ],
      rows: frames.map((frame) => [
        frame.pfn,
        frame.cause,
        frame.actor === '' ? null : frame.actor,
        frame.label === '' ? null : frame.label,
        frame.count,
        frame.sinceEvent,
        frame.ageNs,
      ]),
      note: '',
    },
  ]
}

/** One sentence about an area. */
export function auditText({ area, startPfn, endPfn, used, frames }: AuditInfo): string {
  const size = endPfn - startPfn
  const free = `${pagesText(size - used)} of ${area} are not handed out`
  if (used === size) return `All ${pagesText(size)} of ${area} are handed out.`
  if (frames.length === 0) return `${free}; every one of them could be taken now.`
  return `${free}; ${pagesText(frames.length)} of them could not be moved away now.`
}
