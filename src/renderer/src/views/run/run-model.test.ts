import { describe, expect, it } from 'vitest'
import { idleSide, type SideState } from '../../stores/side'
import { kernelText, noticeOf, stampText } from './run-model'

function failed(code: NonNullable<SideState['failure']>['code'], message: string): SideState {
  return { ...idleSide([4, 5]), phase: 'failed', failure: { code, message } }
}

describe('noticeOf', () => {
  it('is silent while a side runs and when it is done', () => {
    expect(noticeOf({ ...idleSide([]), phase: 'running' })).toBeNull()
    expect(noticeOf({ ...idleSide([]), phase: 'done' })).toBeNull()
  })

  it('offers to run again after a cancel', () => {
    expect(noticeOf({ ...idleSide([]), phase: 'cancelled' })).toMatchObject({
      sign: 'warn',
      retry: true,
    })
  })

  it('says what does not build and what to switch', () => {
    expect(noticeOf(failed('does-not-build', 'does not build: missing X in patch 4'))).toEqual({
      sign: 'bad',
      text: 'Patches 4, 5: does not build: missing X in patch 4.',
      next: 'Switch on the patch that is needed, or choose lenient.',
      retry: false,
    })
  })

  it('points at the place of bad input, where running again cannot help', () => {
    const side = failed('bad-input', 'larger than the zone')
    const notice = noticeOf({ ...side, failure: { ...side.failure, at: 'machine.cma' } as never })
    expect(notice).toMatchObject({ text: 'machine.cma: larger than the zone', retry: false })
  })

  it('says which kernel there is not in the words of the engine alone', () => {
    const side = failed('bad-input', 'policy gup-nm has no variant recent')
    const notice = noticeOf({ ...side, failure: { ...side.failure, at: 'kernel' } as never })
    expect(notice).toMatchObject({
      text: 'policy gup-nm has no variant recent',
      next: 'Choose another kernel.',
    })
  })

  it('offers to run again when the engine was lost', () => {
    expect(noticeOf(failed('engine-lost', 'out of memory'))?.retry).toBe(true)
  })
})

describe('stampText', () => {
  it('writes a time as the kernel log does', () => {
    expect(stampText(2_431_566_000)).toBe('[    2.431566]')
    expect(stampText(0)).toBe('[    0.000000]')
  })
})

describe('kernelText', () => {
  it('names the two ends of the series and lists what is between', () => {
    const texts = [[], [1, 2, 3, 4, 5], [1, 3]].map((patches) =>
      kernelText({ patches, mode: 'strict' }),
    )
    expect(texts).toEqual(['baseline', 'full series', 'patches 1, 3'])
  })

  it('names the policy, the fixes and the converted callers', () => {
    const later = { patches: [], mode: 'strict', policy: 'longterm-5.1' } as const
    expect(kernelText(later)).toBe('policy longterm-5.1')
    const fixed = { patches: [1, 3, 4], mode: 'strict', fixes: [1], converted: ['aio'] } as const
    expect(kernelText(fixed)).toBe('patches 1,3,4 + fix 1 + convert aio')
  })
})
