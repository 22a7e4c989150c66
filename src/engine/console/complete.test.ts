import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { KERNELS, runShipped } from '../test/scenario-run'
import { complete } from './complete'
import type { ConsoleNames } from './names'
import { namesOf } from './test/names'

let names: ConsoleNames

beforeAll(async () => {
  names = namesOf(await runShipped('sc-01', KERNELS.BASE))
})

/** The lines that a line may become, up to the cursor. */
function lines(line: string): string[] {
  const { from, candidates } = complete(line, line.length, names)
  return candidates.map((c) => line.slice(0, from) + c)
}

describe('complete', () => {
  it('offers verbs for the first word', () => {
    expect(lines('reverse-s')).toEqual(['reverse-step', 'reverse-stepi'])
    expect(lines('')).toContain('break')
  })

  it('offers functions, event types, numbers and settings where they belong', () => {
    expect(lines('b alloc_c')).toEqual(['b alloc_contig_range'])
    expect(lines('break event mm_page_f')).toEqual([
      'break event mm_page_free',
      'break event mm_page_free_batched',
    ])
    expect(lines('delete ')).toEqual(['delete 1', 'delete 2'])
    expect(lines('fork policy longterm')).toEqual([
      'fork policy longterm-5.1',
      'fork policy longterm-5.13',
    ])
    expect(lines('fork inject -ENOMEM at al')).toEqual([
      'fork inject -ENOMEM at alloc_pages',
      'fork inject -ENOMEM at alloc_contig_range',
    ])
    expect(lines('fork inject -ENOMEM at 2nd mig')).toEqual([])
    expect(lines('fork inject -ENOMEM at 2nd unm')).toEqual([
      'fork inject -ENOMEM at 2nd unmap_and_move',
    ])
    expect(lines('seek la')).toEqual(['seek last'])
    expect(lines('seek last ')).toEqual(['seek last failure'])
    expect(lines('info check')).toEqual(['info checkpoints'])
    expect(lines('info functions mi')).toEqual(['info functions migrate_pages'])
  })

  it('offers the names of the scope in a condition', () => {
    expect(lines('break alloc_contig_range if sta')).toEqual(['break alloc_contig_range if start'])
    expect(lines('events actor == cam')).toEqual(['events actor == camera'])
    expect(lines('events type == mm_mig')).toEqual(['events type == mm_migrate_pages'])
    expect(lines('events pfn == 1 and act')).toContain('events pfn == 1 and actor')
  })

  it('offers fields behind a point, also two deep, and zones and areas in their calls', () => {
    expect(lines('p page(0x60000).map')).toEqual([
      'p page(0x60000).mapcount',
      'p page(0x60000).mapping',
    ])
    expect(lines('watch page(0x60000).refs.sw')).toEqual(['watch page(0x60000).refs.swapc'])
    expect(lines('p zone(No')).toEqual(['p zone(Normal'])
    expect(lines('p vm.pgmaj')).toEqual(['p vm.pgmajfault'])
    expect(lines('p zone(Normal).free_area[1].')).toEqual(['p zone(Normal).free_area[1].nr_free'])
  })

  it('looks only at what stands before the cursor', () => {
    expect(complete('bre alloc', 3, names)).toEqual({ from: 0, candidates: ['break'] })
  })

  it('every candidate begins with what was typed, whatever was', () => {
    const piece = fc.constantFrom(
      'break ',
      'p ',
      'events ',
      'if ',
      'page(',
      '0x60000',
      ').',
      'zone(',
      'vm.',
      ' == ',
      'a',
      'fork ',
      '"',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(40), (pieces, at) => {
        const line = pieces.join('')
        const cursor = Math.min(at, line.length)
        const { from, candidates } = complete(line, cursor, names)
        const typed = line.slice(from, cursor)
        expect(candidates.every((c) => c.startsWith(typed))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
