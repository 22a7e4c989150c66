import { describe, expect, it } from 'vitest'
import { changesText, forkText, interventionsText } from './fork-text'

describe('what a fork does otherwise', () => {
  it('is told in the words of the console', () => {
    expect(interventionsText([])).toBe('nothing')
    expect(interventionsText([{ at: 1, do: 'drain' }])).toBe('drain')
    expect(interventionsText([{ at: 1, do: 'sleep', actor: 'codec', ns: 1e7 }])).toBe(
      'sleep codec 10 ms',
    )
    expect(interventionsText([{ at: 1, do: 'inject', fn: 'alloc_pages', nth: 3, ret: -12 }])).toBe(
      'inject -ENOMEM at call 3 of alloc_pages()',
    )
    const kernel = { patches: [1, 3], mode: 'strict' } as const
    expect(interventionsText([{ at: 1, do: 'kernel', kernel }])).toBe('patches 1,3')
  })

  it('counts frames that are let go together', () => {
    const unpins = Array.from({ length: 2048 }, (_, i) => ({ at: 1, do: 'unpin', pfn: i }) as const)
    expect(interventionsText([...unpins, { at: 1, do: 'drain' }])).toBe('unpin 2,048 frames, drain')
  })

  it('names areas and requests that are other ones from the start on', () => {
    expect(
      changesText([
        { do: 'grow', area: 'default', pages: 1024 },
        { do: 'align', actor: 'codec', step: 3, align: 4 },
      ]),
    ).toBe('grow default by 1,024 pages, align 2^4 at instruction 3 of codec')
  })
})

describe('forkText', () => {
  const recipe = {
    scenario: 'sc-01',
    seed: 1,
    set: {},
    kernel: { patches: [], mode: 'strict' },
  } as const

  it('is empty of a run that is no fork', () => {
    expect(forkText(recipe)).toBe('')
    expect(forkText({ ...recipe, interventions: [], changes: [] })).toBe('')
  })

  it('says where it goes its own way and what it does there', () => {
    expect(forkText({ ...recipe, interventions: [{ at: 1812, do: 'drain' }] })).toBe(
      'fork at event 1,812: drain',
    )
    expect(forkText({ ...recipe, changes: [{ do: 'grow', area: 'default', pages: 1024 }] })).toBe(
      'changed: grow default by 1,024 pages',
    )
  })
})
