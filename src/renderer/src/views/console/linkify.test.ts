import { describe, expect, it } from 'vitest'
import { linkParts } from './linkify'

const FRAMES = { start: 0x60000, end: 0x68000 }

function links(text: string): unknown[] {
  return linkParts(text, FRAMES)
    .filter((part) => part.kind !== 'text')
    .map((part) => (part.kind === 'pfn' ? part.pfn : part.at))
}

describe('linkParts', () => {
  it('puts the text together again', () => {
    const text = 'pfn 0x67103 at event 10,942, then [0x67000, 0x67c00)\n'
    const parts = linkParts(text, FRAMES)
    expect(parts.map((part) => part.text).join('')).toBe(text)
    expect(parts.filter(({ kind }) => kind !== 'text').map(({ text: t }) => t)).toEqual([
      '0x67103',
      '10,942',
      '0x67000',
      '0x67c00',
    ])
  })

  it('links frames of the machine, and nothing that only looks like one', () => {
    expect(links('      0x67002  long pin  camera: vb2')).toEqual([0x67002])
    expect(links('sim_gup_pin: pfn=0x67103 holder=3')).toEqual([0x67103])
    expect(links('mm_page_alloc: page=c0ce2060 pfn=422147 order=0')).toEqual([0x67103])
    expect(links('(start=0x67000, end=0x67c00)')).toEqual([0x67000, 0x67c00])
    expect(links('(address=0xb6ffc, flags=0x67000, index 0x67000)')).toEqual([])
    expect(links('physical 0x67103000, 0x68000')).toEqual([])
  })

  it('takes a small number for a frame only where it is called one', () => {
    const low = { start: 0, end: 0x1000 }
    expect(linkParts('pfn 0x17', low)[1]).toEqual({ kind: 'pfn', text: '0x17', pfn: 0x17 })
    expect(linkParts('gup_flags=0x17', low)).toEqual([{ kind: 'text', text: 'gup_flags=0x17' }])
  })

  it('links events by name, in rows, and places with their steps', () => {
    expect(links('events 204583 to 261134 · 65.03 ms')).toEqual([
      { event: 204583, step: 0 },
      { event: 261134, step: 0 },
    ])
    expect(links('206863.1 · 57.22 ms  codec')).toEqual([{ event: 206863, step: 1 }])
    expect(links('> 204568  54.72 ms  camera\n  204569  54.72 ms  camera')).toEqual([
      { event: 204568, step: 0 },
      { event: 204569, step: 0 },
    ])
    expect(links('20,000 events, order=3, 12 ms')).toEqual([])
  })
})
