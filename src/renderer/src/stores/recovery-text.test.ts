import { describe, expect, it } from 'vitest'
import type { LeftWork } from '../../../shared/recovery'
import { agoText, contentOf, labelOf } from './recovery-text'

const WORK: LeftWork = {
  ...{ id: 'x', name: '', path: null, scenario: 'sc-11', forks: 2, bookmarks: 1, stops: 0 },
  ...{
    kernels: 'A baseline · B full series',
    atMs: 0,
    ofThisRun: false,
    disk: 'same',
    problem: null,
    opens: true,
  },
}

describe('kept work', () => {
  it('is called by its session, else by its scenario', () => {
    expect(labelOf({ ...WORK, name: 'camera' })).toBe('camera')
    expect(labelOf(WORK)).toBe('work on SC-11')
    expect(labelOf({ ...WORK, scenario: '' })).toBe('work without a name')
  })

  it('says what is in it, and nothing of what is not', () => {
    expect(contentOf(WORK)).toBe('A baseline · B full series · 2 forks · 1 bookmark')
    const counts = { forks: 0, bookmarks: 0, stops: 1_200 }
    expect(contentOf({ ...WORK, ...counts, name: 'camera' })).toBe(
      'SC-11 · A baseline · B full series · 1,200 breakpoints and watches',
    )
    const nothing = { scenario: '', kernels: '', forks: 0, bookmarks: 0 }
    expect(contentOf({ ...WORK, ...nothing })).toBe('')
  })

  it('tells its age in the largest unit that fits', () => {
    expect(agoText(0, 59_999)).toBe('less than a minute ago')
    expect(agoText(0, 60_000)).toBe('1 minute ago')
    expect(agoText(0, 59 * 60_000)).toBe('59 minutes ago')
    expect(agoText(0, 2 * 3_600_000)).toBe('2 hours ago')
    expect(agoText(0, 3 * 86_400_000)).toBe('3 days ago')
    expect(agoText(5_000, 0)).toBe('less than a minute ago')
  })
})
