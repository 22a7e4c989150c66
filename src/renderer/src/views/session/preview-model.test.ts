import { describe, expect, it } from 'vitest'
import { originText, rowsOf } from './preview-model'

const PREVIEW = {
  version: 7,
  writer: '3.1.4',
  name: 'camera',
  recipe: [
    { name: 'a.scenario', value: '"sc-01"' },
    { name: 'a.kernel.patches', value: '[]' },
    { name: 'b.scenario', value: '"sc-01"' },
    { name: 'b.kernel.patches', value: '[1,2]' },
    { name: 'b.board', value: '"new"' },
  ],
}

describe('the recipe of a file that is too new', () => {
  it('has a line a member with both runs beside each other', () => {
    expect(rowsOf(PREVIEW)).toEqual([
      { member: 'scenario', a: '"sc-01"', b: '"sc-01"', differs: false },
      { member: 'kernel.patches', a: '[]', b: '[1,2]', differs: true },
      { member: 'board', a: null, b: '"new"', differs: true },
    ])
  })

  it('keeps what a later format calls otherwise, and of two alike the first', () => {
    const recipe = [
      { name: 'runs', value: '[1]' },
      { name: 'a.__proto__', value: '1' },
      { name: 'a.x', value: '2' },
      { name: 'a.x', value: '3' },
    ]
    expect(rowsOf({ ...PREVIEW, recipe }).map(({ member, a }) => [member, a])).toEqual([
      ['runs', '[1]'],
      ['__proto__', '1'],
      ['x', '2'],
    ])
  })

  it('says what the file says of itself', () => {
    expect(originText(PREVIEW)).toBe('“camera” in format 7, written by Pinscope 3.1.4.')
    expect(originText({ ...PREVIEW, writer: '', name: '' })).toBe(
      'A session in format 7, written by a later Pinscope.',
    )
  })
})
