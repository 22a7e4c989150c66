import { describe, expect, it } from 'vitest'
import { allowedText, findFrame, neighbourFrame } from './find-page-model'

const ZONES = [
  { name: 'Normal', startPfn: 0x60000, pages: 0x8000 },
  { name: 'HighMem', startPfn: 0x70000, pages: 0x1000 },
]

describe('a page frame as it is typed', () => {
  it('is a PFN in hex or decimal', () => {
    expect(findFrame(' 0x67103 ', ZONES)).toEqual({
      ok: true,
      pfn: 0x67103,
      text: 'pfn 0x67103 in zone Normal',
    })
    expect(findFrame('421,907', ZONES)).toMatchObject({ ok: true, pfn: 421_907 })
  })

  it('is a physical address where no frame has the number', () => {
    expect(findFrame('0x70000fff', ZONES)).toEqual({
      ok: true,
      pfn: 0x70000,
      text: 'pfn 0x70000 in zone HighMem, physical 0x70000fff',
    })
  })

  it('is nothing yet while nothing is typed', () => {
    expect(findFrame('  ', ZONES)).toBeNull()
  })

  it('is refused with the reason, what may be meant, and the allowed range', () => {
    const say = (text: string): string => {
      const answer = findFrame(text, ZONES)
      return answer?.ok === false ? answer.message : 'accepted'
    }
    expect(say('67103')).toMatch(/^67103 lies in no zone of this machine; for hex write 0x67103\. /)
    expect(say('6f1c0')).toMatch(/^"6f1c0" is no number; hex begins with 0x: 0x6f1c0\. /)
    expect(say('page')).toMatch(/^"page" is no number\. Allowed: a PFN, 0x60000 to 0x70fff or /)
    expect(say('0x68000')).toContain('lies in no zone')
    expect(say('99999999999999999999')).toContain('is no number')
  })

  it('has an allowed range only where a run has ended', () => {
    expect(allowedText([])).toBe('No run has ended yet, so there are no frames.')
    expect(allowedText(ZONES)).toContain('0x60000000 to 0x70ffffff')
  })
})

describe('the next page frame', () => {
  it('is the next one of the zone, or the first behind a hole, or none', () => {
    expect(neighbourFrame(0x60000, 1, ZONES)).toBe(0x60001)
    expect(neighbourFrame(0x67fff, 1, ZONES)).toBe(0x70000)
    expect(neighbourFrame(0x70000, -1, ZONES)).toBe(0x67fff)
    expect(neighbourFrame(0x70fff, 1, ZONES)).toBeNull()
    expect(neighbourFrame(0x60000, -1, ZONES)).toBeNull()
  })
})
