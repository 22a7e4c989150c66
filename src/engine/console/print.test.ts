import { beforeAll, describe, expect, it } from 'vitest'
import { freePages, frag_show, ref_sum, type Machine } from '../../sim'
import { KERNELS, runShipped } from '../test/scenario-run'
import { kmemText } from './print-kmem'
import { ledgerText, pageText } from './print-page'
import { stateText } from './print-state'
import { columns } from './print-table'
import { flagsText, frameValueText, valueText } from './print-value'

let m: Machine

beforeAll(async () => {
  m = (await runShipped('sc-01', KERNELS.BASE)).machine
})

/** Numbers of a column of a table, without its head. */
function column(table: string, name: string): number[] {
  const [head = '', ...rows] = table.trimEnd().split('\n')
  const i = head.trim().split(/ {2,}/).indexOf(name)
  return rows.map((row) => Number(row.trim().split(/ {2,}/)[i]?.replace(/,/g, '')))
}

describe('kmem', () => {
  it('-f shows the free lists: blocks times their size are the free pages of the zone', () => {
    const [, , area = ''] = /^([\s\S]*?)(AREA[\s\S]*)$/.exec(kmemText(m, 'f', null)) ?? []
    const pages = column(area.split('\n\n')[0] ?? '', 'PAGES')
    expect(pages.reduce((x, y) => x + y, 0)).toBe(freePages(m))
    const blocks = column(area, 'BLOCKS').slice(0, m.maxOrder)
    expect(blocks).toEqual(Array.from(m.zones[0]?.nr_free ?? []))
  })

  it('-f counts on the lists what the orders say', () => {
    const area = /AREA[\s\S]*/.exec(kmemText(m, 'f', null))?.[0] ?? ''
    const types = ['Unmovable', 'Reclaimable', 'Movable', 'Reserve', 'CMA', 'Isolate']
    const byType = types.map((type) => column(area, type).slice(0, m.maxOrder))
    const blocks = column(area, 'BLOCKS').slice(0, m.maxOrder)
    expect(blocks.map((_, order) => byType.reduce((n, c) => n + (c[order] as number), 0))).toEqual(
      blocks,
    )
  })

  it('-i adds up', () => {
    const text = kmemText(m, 'i', null)
    const pages = (name: string): number =>
      Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(text)?.[1])
    expect(pages('FREE') + pages('USED')).toBe(pages('TOTAL MEM'))
    expect(pages('PINNED')).toBe(m.pins.size)
    expect(pages('CMA PINNED LONG')).toBe(m.cmaFramesPinned)
  })

  it('-p shows one frame, or the first ones and how many more there are', () => {
    const [page] = [...m.pins.keys()]
    const pfn = m.startPfn + (page as number)
    expect(kmemText(m, 'p', pfn)).toContain(
      `0x${pfn.toString(16)}  ${pfn.toString(16)}000  anon_vma`,
    )
    expect(kmemText(m, 'p', null)).toMatch(/\n[\d,]+ more; name a PFN\n$/)
  })
})

describe('state', () => {
  it('buddyinfo is the text of /proc/buddyinfo', () => {
    expect(stateText(m, 'buddyinfo')).toBe(frag_show(m))
  })

  it('ps marks the running task and counts pins and mapped pages', () => {
    const rows = stateText(m, 'ps').split('\n')
    expect(rows.filter((row) => row.startsWith('>'))).toHaveLength(1)
    expect(rows.find((row) => row.includes('camera'))).toMatch(/2048 +2048 +camera/)
  })

  it('dmesg has the time of every line as the kernel prints it', () => {
    expect(stateText(m, 'dmesg')).toMatch(/^\[ {4}0\.\d{6}\] /m)
  })
})

describe('frames', () => {
  it('every pinned frame shows as many references as its _count', () => {
    for (const page of [...m.pins.keys()].slice(0, 50)) {
      const text = ledgerText(m, m.startPfn + page)
      const sum = ref_sum(m, page)
      expect(text).toContain(`${sum} references, _count ${sum}\n`)
      expect(text).toMatch(/ {2}pin +1 {2}camera: vb2 QBUF index \d/)
    }
  })

  it('a page shows where it is, what it is for and who holds it', () => {
    const [page] = [...m.pins.keys()]
    const text = pageText(m, m.startPfn + (page as number))
    expect(text).toMatch(
      /^PFN 0x[0-9a-f]+, physical 0x[0-9a-f]+000\nzone Normal, pageblock \d+ of type CMA, anon, allocated by camera at event [\d,]+\n/,
    )
  })
})

describe('values', () => {
  it('print as what they are', () => {
    expect(valueText(-16, 'ret')).toBe('-EBUSY')
    expect(valueText(4, 'migratetype')).toBe('MIGRATE_CMA')
    expect(valueText(0x67103, 'pfn')).toBe('0x67103')
    expect(valueText(-1, 'pfn')).toBe('NULL')
    expect(valueText(null, 'ret')).toBe('<not there>')
    expect(flagsText(0x68)).toBe('0x68 (uptodate|lru|active)')
    expect(frameValueText(m, 'page', 3)).toBe(`0x${(m.startPfn + 3).toString(16)}`)
    expect(frameValueText(m, 'page', -12)).toBe('-ENOMEM')
    expect(frameValueText(m, 'zone', 0)).toBe('Normal')
  })

  it('stand in columns, numbers at the right', () => {
    expect(
      columns([
        ['A', 'N'],
        ['x', 5],
        ['yy', 10],
      ]),
    ).toBe('A    N\nx    5\nyy  10\n')
  })
})
