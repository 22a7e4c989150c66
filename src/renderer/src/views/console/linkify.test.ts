import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkParts } from './linkify'

const links = (text: string): unknown[] =>
  linkParts(text).flatMap((p) =>
    p.kind === 'text'
      ? []
      : [p.kind === 'pfn' ? `pfn ${String(p.pfn)}` : `event ${String(p.event)}`],
  )

describe('links in the output of the console', () => {
  it('are the frames and events that it names', () => {
    expect(links('PFN 0x67103, allocated by camera at event 10,942')).toEqual([
      'pfn 422147',
      'event 10942',
    ])
    expect(links('sim_gup_pin pfn=0x67103 holder=3; event 7')).toEqual(['pfn 422147', 'event 7'])
  })

  it('are no other numbers', () => {
    expect(links('physical 0x67103000, 3,072 pages, event mm_page_alloc, flags=0x40')).toEqual([])
  })

  it('leave the text as it is', () => {
    const words = fc.constantFrom('pfn ', 'event ', '0x1f', '1,234', '12', ' ', '\n', 'x', '=', ',')
    fc.assert(
      fc.property(fc.array(words), (some) => {
        const text = some.join('')
        expect(
          linkParts(text)
            .map((p) => p.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })
})
