import { describe, expect, it } from 'vitest'
import type { FileReport, ImportAnswer } from '../../../../shared/interchange'
import { filesText, gapsText, headText, partsOf, recordingText, togetherOf } from './import-model'

const REPORT: FileReport = {
  file: 'board.log',
  kind: 'dmesg',
  lines: 1_204,
  took: ['2 contiguous requests'],
  guessed: [],
  unused: {
    lines: 7,
    first: [{ line: 12, text: 'cma: what?', why: 'no form of a line about CMA' }],
  },
}

describe('what the dialog says of a file', () => {
  it('is its kind by the name that a kernel developer knows, and its length', () => {
    expect(headText(REPORT)).toBe('kernel log · 1,204 lines')
    expect(headText({ ...REPORT, kind: 'zoneinfo', lines: 1 })).toBe('/proc/zoneinfo · 1 line')
  })

  it('has no part without a sentence, and counts the lines it does not show', () => {
    expect(partsOf(REPORT)).toEqual([
      { title: 'took', sentences: ['2 contiguous requests'] },
      {
        title: 'could not use',
        sentences: ['line 12: no form of a line about CMA: cma: what?', '6 more lines'],
      },
    ])
    expect(partsOf({ ...REPORT, unused: { lines: 0, first: [] } })).toHaveLength(1)
  })

  it('is told of all files together in the same way', () => {
    const answer: ImportAnswer = {
      ...{ files: [REPORT], took: [], guessed: ['DMA32: 97 pages do not exist'], unused: [] },
      ...{ scenario: null, noScenario: null, run: null },
    }
    expect(togetherOf(answer)).toEqual([
      { title: 'guessed', sentences: ['DMA32: 97 pages do not exist'] },
    ])
  })

  it('counts the bytes that are read', () => {
    expect(filesText([{ bytes: new Uint8Array(1_000) }, { bytes: new Uint8Array(500) }])).toBe(
      '2 files, 1,500 bytes',
    )
  })
})

describe('what the dialog says of a recording', () => {
  const cut = { line: 308, event: 281, cpu: null, lost: 206, kind: 'cut' } as const
  const of = (cuts: readonly (typeof cut)[]) =>
    ({ events: 1_062, foreign: { name: 'x', what: '', startNs: 0, cuts } }) as never

  it('is how many events it has and how often some are missing', () => {
    expect(recordingText(of([]))).toBe('1,062 events, no gap')
    expect(recordingText(of([cut, cut]))).toBe('1,062 events, 2 gaps')
    expect(gapsText(of([cut]))).toBe('line 308: 206 lines were cut here, after 281 events')
  })
})
