import { describe, expect, it } from 'vitest'
import {
  answered,
  cleared,
  EMPTY_TRANSCRIPT,
  MOST_LINES,
  withBlock,
  type Block,
} from './transcript'

const block = (text: string, how: Block['how'] = 'done'): Omit<Block, 'id'> => ({
  side: 'a',
  prompt: '(pinscope) ',
  line: 'bt',
  text,
  how,
})

const lines = (n: number): string => 'x\n'.repeat(n)

describe('transcript', () => {
  it('fills in the answer of the line that is running', () => {
    const asked = withBlock(withBlock(EMPTY_TRANSCRIPT, block('one\n')), block('', 'running'))
    const done = answered(asked, 2, { text: 'two\n', how: 'done' })
    expect(done.blocks.map(({ text }) => text)).toEqual(['one\n', 'two\n'])
    expect(answered(done, 99, { text: '', how: 'done' }).blocks).toEqual(done.blocks)
  })

  it('keeps the last lines and counts those that are gone', () => {
    let t = withBlock(EMPTY_TRANSCRIPT, block(lines(10)))
    t = withBlock(t, block(lines(MOST_LINES - 20)))
    expect(t.dropped).toBe(0)
    t = withBlock(t, block(lines(30)))
    expect(t.blocks.map(({ id }) => id)).toEqual([2, 3])
    expect(t.dropped).toBe(23)
    const left = t.blocks.reduce((sum, b) => sum + b.text.trimEnd().split('\n').length + 1, 0)
    expect(left).toBe(MOST_LINES)
  })

  it('keeps the end of one answer that is too long alone', () => {
    const t = withBlock(EMPTY_TRANSCRIPT, block(`first\n${lines(MOST_LINES)}last\n`))
    expect(t.blocks[0]?.text.startsWith('first')).toBe(false)
    expect(t.blocks[0]?.text.endsWith('x\nlast\n')).toBe(true)
    expect(t.dropped).toBe(3)
  })

  it('keeps the line that is running when it is cleared', () => {
    const t = cleared(withBlock(withBlock(EMPTY_TRANSCRIPT, block('a\n')), block('', 'running')))
    expect(t.blocks.map(({ id }) => id)).toEqual([2])
    expect(withBlock(t, block('')).blocks.map(({ id }) => id)).toEqual([2, 3])
  })
})
