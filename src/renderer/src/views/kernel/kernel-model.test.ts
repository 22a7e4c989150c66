import { describe, expect, it } from 'vitest'
import { fakeBuilds } from '../../test/fake-pinscope'
import { buildOf } from '../../stores/side'
import type { CallerInfo, FixInfo, PolicyInfo } from '../../../../shared/kernels'
import {
  buildState,
  callerState,
  exercisedText,
  filesText,
  fixFacts,
  fixNote,
  kernelState,
  passesOf,
  policyText,
  subjectParts,
  switchNote,
} from './kernel-model'

function build(...patches: number[]): NonNullable<ReturnType<typeof buildOf>> {
  const found = buildOf(fakeBuilds(), patches)
  if (found === undefined) throw new Error('32 subsets are listed')
  return found
}

describe('kernel panel', () => {
  it('says which symbol of which patch is missing (P0-1)', () => {
    expect(buildState(build(1, 4), 'strict')).toEqual({
      sign: 'bad',
      text: 'does not build: missing FOLL_DURABLE in patch 4',
    })
    expect(buildState(build(1, 2, 3, 4, 5), 'strict').sign).toBe('good')
  })

  it('says that lenient mode leaves the broken patch inert (P0-3)', () => {
    expect(buildState(build(5), 'lenient')).toEqual({
      sign: 'warn',
      text: 'would not build: missing FOLL_DURABLE in patch 5; runs with the broken patch inert',
    })
  })

  it('tells a patch that ran from one that was never reached', () => {
    expect(exercisedText(4, { 4: 2_048 })).toBe('ran 2,048×')
    expect(exercisedText(4, {})).toBe('not exercised')
    expect(exercisedText(4, null)).toBe('')
  })

  it('keeps short paths whole and the name of long ones', () => {
    expect(filesText(['include/linux/mm.h', 'mm/memory.c'])).toBe('mm/memory.c +1')
    expect(filesText(['drivers/media/v4l2-core/videobuf2-dma-contig.c'])).toBe(
      'videobuf2-dma-contig.c',
    )
  })

  it('parts the areas of a subject from what it says', () => {
    expect(subjectParts('mm: get_user_pages: use static inline')).toEqual({
      area: 'mm: get_user_pages: ',
      text: 'use static inline',
    })
  })
})

describe('the switch of a patch', () => {
  const note = (patches: readonly number[], patch: number): unknown =>
    switchNote(fakeBuilds(), patches, patch)

  it('says before it is flipped what would be missing, and which patch has it', () => {
    expect(note([], 5)).toEqual({
      sign: 'warn',
      text: 'on would miss FOLL_DURABLE (patch 3 has it)',
    })
    expect(note([], 4)).toMatchObject({
      text: 'on would miss FOLL_DURABLE (patch 3 has it) and migrate_replace_page (patch 1 has it)',
    })
    expect(note([1, 2, 3, 4, 5], 3)).toEqual({
      sign: 'warn',
      text: 'off, patch 4 would miss FOLL_DURABLE and patch 5 would miss FOLL_DURABLE',
    })
  })

  it('says afterwards what is missing, at the patch that misses it', () => {
    expect(note([1, 2, 4, 5], 4)).toEqual({
      sign: 'bad',
      text: 'missing FOLL_DURABLE (patch 3 has it)',
    })
  })

  it('says nothing where nothing breaks', () => {
    expect([note([], 1), note([], 2), note([1, 2, 3, 4, 5], 5), note([4, 5], 3)]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

describe('a kernel beside the series', () => {
  const checked = { build: build(1, 4), complaint: null }
  const later = { patches: [], mode: 'strict', policy: 'gup-nm', variant: 'cma' } as const

  it('is refused in the words of the engine before anything else is said', () => {
    expect(kernelState({ ...checked, complaint: 'leave the patches out' }, later)).toEqual({
      sign: 'bad',
      text: 'leave the patches out',
    })
    expect(kernelState(checked, { patches: [1, 4], mode: 'strict' }).text).toContain('missing')
    expect(kernelState(checked, later)).toEqual({ sign: 'good', text: 'policy gup-nm' })
  })

  it('names its policy with the form it has', () => {
    expect(policyText(later)).toBe('gup-nm/cma')
    expect(policyText({ patches: [], mode: 'strict' })).toBe('rfc2013')
  })

  it('takes a number of passes the engine takes', () => {
    expect([passesOf('0'), passesOf(' 9 '), passesOf('1000')]).toEqual([0, 9, 1_000])
    expect([passesOf(''), passesOf('-1'), passesOf('1001'), passesOf('x')]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

describe('fixes and callers', () => {
  const fix: FixInfo = { number: 1, summary: '', needs: [1, 4], defects: [3, 11] }
  const vb2: CallerInfo = { name: 'vb2-dma-contig', summary: '', patch: 5 }
  const aio: CallerInfo = { name: 'aio', summary: '', patch: null }

  it('say which patches a fix does nothing without', () => {
    expect(fixNote({ patches: [3], mode: 'strict' }, fix)).toBe(
      'does nothing without patch 1 and 4',
    )
    expect(fixNote({ patches: [1, 3, 4], mode: 'strict' }, fix)).toBe('')
  })

  it('say what a fix is for, and how often it mattered where it is on', () => {
    expect(fixFacts(fix, false, { 1: 9 })).toBe('answers to DEF-3, DEF-11')
    expect(fixFacts(fix, true, { 1: 2_048 })).toBe('answers to DEF-3, DEF-11 · acted 2,048×')
    expect(fixFacts(fix, true, {})).toContain('never acted')
    expect(fixFacts(fix, true, null)).toBe('answers to DEF-3, DEF-11')
  })

  it('say that patch 5 converts its caller, which then cannot be switched', () => {
    expect(callerState({ patches: [3, 5], mode: 'strict' }, vb2, undefined)).toEqual({
      on: true,
      fixed: true,
      note: 'converted by patch 5',
    })
    expect(callerState({ patches: [3], mode: 'strict' }, vb2, undefined).on).toBe(false)
  })

  it('say that a conversion needs the flag of patch 3', () => {
    const kernel = { patches: [1], mode: 'strict', converted: ['aio'] } as const
    expect(callerState(kernel, aio, undefined)).toEqual({
      on: true,
      fixed: false,
      note: 'does nothing without patch 3 (FOLL_DURABLE)',
    })
  })

  it('say which callers a later policy has by itself', () => {
    const kernel = { patches: [], mode: 'strict', policy: 'gup-nm' } as const
    const policy = { name: 'gup-nm', callers: ['vb2-dma-contig', 'aio'] } as unknown as PolicyInfo
    expect(callerState(kernel, aio, policy)).toEqual({
      on: true,
      fixed: true,
      note: 'part of gup-nm',
    })
  })
})
