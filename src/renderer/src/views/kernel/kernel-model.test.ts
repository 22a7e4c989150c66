import { describe, expect, it } from 'vitest'
import { fakeBuilds } from '../../test/fake-pinscope'
import { buildOf } from '../../stores/side'
import { buildState, exercisedText, filesText, subjectParts } from './kernel-model'

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
