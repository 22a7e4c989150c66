import { describe, expect, it } from 'vitest'
import type { Cell, Sheet } from '../../../shared/sheet'
import {
  cellText,
  columnWidths,
  differingCells,
  nextSort,
  rowOrder,
  twinOf,
  type Sort,
} from './sheet-model'

function sheet(rows: readonly (readonly Cell[])[], title = 'Zone Normal'): Sheet {
  return {
    title,
    columns: [
      { name: 'list', kind: 'text' },
      { name: 'pages', kind: 'count' },
    ],
    rows,
    note: '',
  }
}

describe('a table', () => {
  it('writes each kind of cell as the kernel does', () => {
    expect(cellText('count', 12_345)).toBe('12,345')
    expect(cellText('pfn', 0x67103)).toBe('0x67103')
    expect(cellText('address', 0x1000)).toBe('0x00001000')
    expect(cellText('event', 10_942)).toBe('#10,942')
    expect(cellText('ns', 3_204_100)).toBe('3.204 ms')
    expect(cellText('hex', 0x200da)).toBe('0x200da')
    expect(cellText('errno', '-ENOMEM')).toBe('-ENOMEM')
  })

  it('shows a text in a column of numbers as it is, and a dash where there is nothing', () => {
    expect(cellText('count', '(0, 2112)')).toBe('(0, 2112)')
    expect(cellText('pfn', null)).toBe('–')
    expect(cellText('text', '')).toBe('–')
  })

  it('sorts by a column up, then down, then not at all', () => {
    const steps: (Sort | null)[] = [null]
    for (let i = 0; i < 3; i++) steps.push(nextSort(steps.at(-1) ?? null, 1))
    expect(steps.slice(1)).toEqual([
      { column: 1, descending: false },
      { column: 1, descending: true },
      null,
    ])
    expect(nextSort({ column: 1, descending: true }, 0)).toEqual({ column: 0, descending: false })
  })

  it('keeps empty cells last in both directions, and rows that are alike in their order', () => {
    const rows = sheet([
      ['a', 5],
      ['b', null],
      ['c', 1],
      ['d', 5],
    ])
    expect(rowOrder(rows, { column: 1, descending: false })).toEqual([2, 0, 3, 1])
    expect(rowOrder(rows, { column: 1, descending: true })).toEqual([0, 3, 2, 1])
    expect(rowOrder(rows, null)).toEqual([0, 1, 2, 3])
  })

  it('sorts texts by the numbers in them', () => {
    const rows = sheet([
      ['buffer 10', 1],
      ['buffer 9', 1],
    ])
    expect(rowOrder(rows, { column: 0, descending: false })).toEqual([1, 0])
  })

  it('is compared with one of the same rows only', () => {
    const here = sheet([
      ['CMA', 5],
      ['Movable', 7],
    ])
    const there = sheet([
      ['CMA', 5],
      ['Movable', 9],
    ])
    expect(twinOf(here, [sheet([], 'other'), there])).toBe(there)
    expect(differingCells(here, there)).toBe(1)
    expect(twinOf(here, [sheet([['CMA', 5]])])).toBeNull()
    expect(twinOf(here, [{ ...there, rows: [...there.rows].reverse() }])).toBeNull()
  })

  it('knows the width of its columns from all rows, names and room for the sort included', () => {
    expect(columnWidths(sheet([['inactive_anon', 1_234_567_890]]))).toEqual([13, 13])
    expect(columnWidths(sheet([]))).toEqual([6, 7])
  })
})
