import { describe, expect, it } from 'vitest'
import { copiedText, copyPlan, MOST_COPIED } from './copy-text'

describe('copying events', () => {
  it('takes what is chosen, whichever end it was chosen from, and all without a choice', () => {
    expect(copyPlan({ anchor: 9, active: 4 }, 100)).toEqual({ from: 4, to: 10, wanted: 6 })
    expect(copyPlan(null, 100)).toEqual({ from: 0, to: 100, wanted: 100 })
    expect(copyPlan({ anchor: 4, active: 9 }, 6)).toEqual({ from: 4, to: 6, wanted: 2 })
  })

  it('says when there were more than a copy takes', () => {
    const plan = copyPlan(null, 261_135)
    expect(plan.to).toBe(MOST_COPIED)
    expect(copiedText(plan, 'ftrace')).toBe(
      'Copied the first 100,000 of 261,135 events as ftrace text; a copy takes no more.',
    )
    expect(copiedText(copyPlan({ anchor: 4, active: 4 }, 9), 'dmesg')).toBe(
      'Copied 1 event as dmesg text.',
    )
  })
})
