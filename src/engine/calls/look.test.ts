/** The calls that look at a recorded run, on SC-01 as it is shipped. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls } from '../../shared/contract'
import { MAP_MODES, PAGE_CLASSES } from '../../shared/page-map'
import type { RunSummary } from '../../shared/run'
import { ASPECTS } from '../../shared/sheet'
import { must, openEngine, runSc01 } from '../test/engine'

let calls: Calls
let a: RunSummary
let b: RunSummary

beforeAll(async () => {
  calls = openEngine()
  a = await runSc01(calls, [])
  b = await runSc01(calls, [1, 2, 3, 4, 5])
}, 60_000)

describe('places', () => {
  it('are found by time: the last event at or before it', async () => {
    const middle = await must(calls.eventAt(a.run, a.simTimeNs / 2))
    const [row, next] = (await must(calls.events(a.run, '', middle.event, 2))).lines
    expect(row?.timeNs).toBe(middle.timeNs)
    expect(middle.timeNs).toBeLessThanOrEqual(a.simTimeNs / 2)
    expect(next?.timeNs).toBeGreaterThan(a.simTimeNs / 2)
  })

  it('have neighbours, of one actor or of all, and none beyond the ends', async () => {
    const all = await must(calls.neighbour(a.run, a.events, -1, null))
    expect(all?.event).toBe(a.events - 1)
    expect(await must(calls.neighbour(a.run, a.events - 1, 1, null))).toBeNull()
    const { lanes } = await must(calls.series(a.run, { fromNs: 0, toNs: null, columns: 64 }))
    const codec = lanes.find((lane) => lane.actor === 'codec')
    const last = await must(calls.neighbour(a.run, a.events, -1, codec?.task ?? -1))
    const [row] = (await must(calls.events(a.run, '', last?.event ?? 0, 1))).lines
    expect(row?.actor).toBe('codec')
  })

  it('are the same cause in the other run, up to where the runs part', async () => {
    const parting = await must(calls.divergence(a.run, b.run, 'diff'))
    expect(parting).not.toBeNull()
    const before = await must(calls.eventAt(a.run, (parting?.a.timeNs ?? 0) / 2))
    const there = await must(calls.align(a.run, b.run, before.event))
    const [left] = (await must(calls.events(a.run, '', before.event, 1))).lines
    const [right] = (await must(calls.events(b.run, '', there?.event ?? 0, 1))).lines
    expect(there).not.toBeNull()
    expect(right).toMatchObject({ actor: left?.actor, name: left?.name, text: left?.text })
    expect((await must(calls.align(a.run, a.run, before.event)))?.event).toBe(before.event)
  })
})

describe('the machine at a place', () => {
  it('has no pin before the first was taken, and its end is that of the run', async () => {
    const pinned = await must(calls.pageMap(a.run, null, 'state'))
    const first = await must(calls.neighbour(a.run, 0, 1, null))
    const start = await must(calls.pageMap(a.run, { event: first?.event ?? 0, step: 0 }, 'state'))
    const long = (cells: Uint8Array): number => cells.filter((cell) => cell === 15).length
    expect(long(start.cells)).toBe(0)
    expect(long(pinned.cells)).toBe(2048)
    const end = await must(calls.pageMap(a.run, { event: a.events, step: 0 }, 'state'))
    expect(end.cells).toEqual(pinned.cells)
  })

  it('shows a blocking frame with its pin after it was taken, and without it before', async () => {
    const pfn = a.requests[0]?.positions[0]?.blocking[0] ?? 0
    const page = await must(calls.page(a.run, pfn, null))
    const pin = page.ledger.find((entry) => entry.kind === 'pin')
    const taken = pin?.sinceEvent ?? 0
    expect(taken).toBeGreaterThan(0)
    const before = await must(calls.page(a.run, pfn, { event: taken - 1, step: 0 }))
    const after = await must(calls.page(a.run, pfn, { event: taken, step: 0 }))
    expect(before.ledger.some((entry) => entry.kind === 'pin')).toBe(false)
    expect(after.ledger.some((entry) => entry.kind === 'pin')).toBe(true)
    const [last] = await must(calls.pageHistory(a.run, pfn, taken + 1, -1, 1))
    expect(last?.event).toBe(taken)
    for (const there of [before, after]) expect(there.ledgerSum).toBe(there.count)
  })
})

describe('the lists a frame is on', () => {
  it('are named with its place in them: free list, per-CPU list, pagevec, LRU', async () => {
    const pcp = await must(calls.inspect(a.run, 'pcp', null))
    const listed = pcp.sheets.at(-1)?.rows[0]
    const cached = await must(calls.page(a.run, Number(listed?.[4]), null))
    expect(cached.places).toEqual([
      expect.objectContaining({ list: `pcp cpu ${listed?.[1]}, ${listed?.[2]}`, position: 1 }),
    ])
    const lru = await must(calls.inspect(a.run, 'lru', null))
    const oldest = lru.sheets.at(-1)?.rows[0]
    const old = await must(calls.page(a.run, Number(oldest?.[3]), null))
    expect(old.places[0]?.list).toBe(`LRU ${oldest?.[1]}`)
    expect(old.places[0]?.position).toBe(old.places[0]?.length)
    const waits = lru.sheets[2]?.rows[0]
    const waiting = await must(calls.page(a.run, Number(waits?.[3]), null))
    expect(waiting.places[0]?.list).toBe(`pagevec cpu ${waits?.[0]}, ${waits?.[1]}`)
  })

  it('are those of the block for a frame inside a free one, which its head alone stands for', async () => {
    const { cells, startPfn } = await must(calls.pageMap(a.run, null, 'state'))
    const last = cells.lastIndexOf(PAGE_CLASSES.indexOf('free-movable'))
    const inside = await must(calls.page(a.run, startPfn + last, null))
    expect(inside.freeBlock?.pfn).toBeLessThan(inside.pfn)
    expect([inside.freeOrder, inside.places]).toEqual([null, []])
    const head = await must(calls.page(a.run, inside.freeBlock?.pfn ?? 0, null))
    expect(head.freeOrder).toBe(inside.freeBlock?.order)
    expect(head.places[0]?.list).toBe(`free_list Movable, order ${head.freeOrder}`)
  })

  it('go with the class that the map has for the frame, whatever it is', async () => {
    const pinned = a.requests[0]?.positions[0]?.event ?? 0
    for (const at of [null, { event: pinned, step: 0 }]) {
      const { cells, startPfn } = await must(calls.pageMap(a.run, at, 'state'))
      const seen = new Set<string>()
      for (let i = 0; i < cells.length; i += cells[i] === cells[i + 1] ? 41 : 1) {
        const { class: name } = await must(calls.page(a.run, startPfn + i, at))
        expect(PAGE_CLASSES[cells[i] ?? 0]).toBe(name)
        seen.add(name)
      }
      expect(seen.size).toBeGreaterThan(5)
    }
  })

  it('say of a blocking frame why, and of a free one nothing', async () => {
    const pfn = a.requests[0]?.positions[0]?.blocking[0] ?? 0
    const page = await must(calls.page(a.run, pfn, null))
    expect(page.blocking).toMatchObject({ class: 'long pin', actor: 'camera' })
    expect(page.allocated?.event).toBeLessThan(page.ledger.at(-1)?.sinceEvent ?? 0)
    const { cells, startPfn } = await must(calls.pageMap(a.run, null, 'state'))
    const free = startPfn + cells.indexOf(PAGE_CLASSES.indexOf('free-movable'))
    const other = await must(calls.page(a.run, free, null))
    expect([other.blocking, other.allocated]).toEqual([null, null])
  })
})

describe('colourings of the map', () => {
  it('count every frame once in their legends, here and at the start', async () => {
    for (const at of [null, { event: 0, step: 0 }]) {
      for (const mode of MAP_MODES.filter((m) => m !== 'state')) {
        const { layer, cells } = await must(calls.pageMap(a.run, at, mode))
        expect(layer?.cells).toHaveLength(cells.length)
        expect(layer?.legend.length).toBeLessThanOrEqual(255)
        const sum = layer?.legend.reduce((n, { frames }) => n + frames, 0)
        expect(sum, mode).toBe(cells.length)
      }
    }
  })

  it('name the camera and its long pins, which block', async () => {
    const framesOf = async (mode: 'owner' | 'pin' | 'would-block', label: string) => {
      const { layer } = await must(calls.pageMap(a.run, null, mode))
      return layer?.legend.find((entry) => entry.label === label)?.frames
    }
    expect(await framesOf('owner', 'camera: vb2 QBUF')).toBe(2048)
    expect(await framesOf('pin', 'one long pin')).toBe(2048)
    expect(await framesOf('would-block', 'would block')).toBeGreaterThanOrEqual(2048)
  })

  it('know the age of a frame that was just allocated', async () => {
    const filter = 'type == mm_page_alloc'
    const { matches } = await must(calls.filterEvents(a.run, filter, 't'))
    const { lines } = await must(calls.events(a.run, filter, matches - 1, 1))
    const at = { event: lines[0]?.event ?? 0, step: 0 }
    const { layer, startPfn } = await must(calls.pageMap(a.run, at, 'age'))
    const value = layer?.cells[(lines[0]?.pfns[0] ?? 0) - startPfn] ?? -1
    expect(layer?.legend[value]?.label).toBe('less than 1 us')
  })
})

describe('the history of a frame', () => {
  it('goes on in both directions from an event, without it', async () => {
    const pfn = a.requests[0]?.positions[0]?.blocking[0] ?? 0
    const all = await must(calls.pageHistory(a.run, pfn, 0, 1, 1000))
    expect(all.length).toBeGreaterThan(4)
    const middle = all[3]?.event ?? 0
    expect(await must(calls.pageHistory(a.run, pfn, middle, -1, 2))).toEqual(all.slice(1, 3))
    expect(await must(calls.pageHistory(a.run, pfn, middle, 1, 2))).toEqual(all.slice(4, 6))
    expect((await calls.pageHistory(a.run, 2 ** 30, 0, 1, 2)).ok).toBe(false)
  })
})

describe('the tabs of the inspector', () => {
  it('have rows as wide as their columns, at the end and at the start', async () => {
    for (const at of [null, { event: 0, step: 0 }]) {
      for (const aspect of ASPECTS) {
        const data = await must(calls.inspect(a.run, aspect, at))
        expect(data.aspect).toBe(aspect)
        expect(data.sheets.length, aspect).toBeGreaterThan(0)
        for (const { columns, rows } of data.sheets) {
          for (const row of rows) expect(row).toHaveLength(columns.length)
        }
      }
    }
  })

  it('agree with the run: free pages, blocking frames of the area, buffers that pin', async () => {
    const zone = await must(calls.inspect(a.run, 'zone', null))
    const [, marks] = zone.sheets
    const free = marks?.rows[0]?.slice(1).reduce((sum: number, n) => sum + Number(n), 0)
    const { tracks } = await must(calls.series(a.run, { fromNs: 0, toNs: null, columns: 4 }))
    const track = tracks.find(({ name }) => name === 'free')
    expect(free).toBeLessThanOrEqual(track?.max.at(-1) ?? 0)
    expect(free).toBeGreaterThanOrEqual(track?.min.at(-1) ?? 0)
    const cma = await must(calls.inspect(a.run, 'cma', null))
    const blocked = Number(cma.sheets[0]?.rows[0]?.[7])
    expect(cma.strips[0]?.bits.filter((bit) => bit === 2)).toHaveLength(blocked)
    const [area] = await must(calls.audit(a.run, null))
    expect(area?.frames).toHaveLength(blocked)
    const vb2 = await must(calls.inspect(a.run, 'vb2', null))
    const sum = (sheet: number, name: string): number => {
      const { columns = [], rows = [] } = vb2.sheets[sheet] ?? {}
      const at = columns.findIndex((c) => c.name === name)
      return rows.reduce((n, row) => n + Number(row[at]), 0)
    }
    expect(sum(1, 'pins')).toBe(2048)
    expect(sum(2, 'pages')).toBe(2048)
  })

  it('show the queues with the states of their buffers as they were at a place', async () => {
    const filter = 'type == sim_vb2 and actor == camera'
    const { matches } = await must(calls.filterEvents(a.run, filter, 't'))
    const { lines } = await must(calls.events(a.run, filter, 0, matches))
    const first = lines.find((line) => line.text.includes('op=1 index=1'))
    const at = { event: first?.event ?? 0, step: 0 }
    const { sheets } = await must(calls.inspect(a.run, 'vb2', at))
    const [queues, buffers] = sheets
    expect(queues?.rows[0]?.slice(0, 3)).toEqual(['camera', 'capture', 'USERPTR'])
    const end = (await must(calls.inspect(a.run, 'vb2', null))).sheets[1]
    expect(buffers?.rows.map((row) => row[2])).toEqual([
      ...['queued', 'queued', 'dequeued', 'dequeued'],
    ])
    expect(buffers?.rows.map((row) => row[3])).toEqual([512, 512, 0, 0])
    expect(end?.rows.map((row) => row[2])).toEqual(Array(4).fill('active'))
  })

  it('count the free blocks of a zone alike by list and by zone', async () => {
    const { sheets } = await must(calls.inspect(a.run, 'freelists', null))
    for (const { columns, rows } of sheets) {
      for (const column of columns.slice(1).keys()) {
        const numbers = rows.map((row) => Number(row[column + 1]))
        expect(numbers.at(-1)).toBe(numbers.slice(0, -1).reduce((sum, n) => sum + n, 0))
      }
    }
  })

  it('map the pages of a process, every frame of which says so itself', async () => {
    const { sheets } = await must(calls.inspect(a.run, 'processes', null))
    const mapped = sheets.find(({ title }) => title === 'Mapped pages')
    const run = mapped?.rows.find((row) => row[0] === 'camera' && Number(row[2]) > 1)
    expect(run).toBeDefined()
    const [, address, pages, , pfn] = run ?? []
    const last = await must(calls.page(a.run, Number(pfn) + Number(pages) - 1, null))
    const there = (Number(address) + (Number(pages) - 1) * 4096).toString(16)
    expect(last.ledger.map((entry) => entry.holder)).toContain(`camera at 0x${there}`)
  })
})

describe('trouble', () => {
  it('is listed and explained with who holds what', async () => {
    const list = await must(calls.troubles(a.run))
    expect(list.at(-1)).toMatchObject({ actor: 'codec', errno: 'ENOMEM' })
    const report = await must(calls.why(a.run, list.at(-1)?.n ?? 0, false, 'why'))
    expect(report.causes[0]).toMatchObject({ class: 'long pin', actor: 'camera' })
    expect((await calls.why(a.run, 99, false, 'why')).ok).toBe(false)
  })
})

describe('bad input', () => {
  it('names a run that is gone, and a range that ends before it begins', async () => {
    expect(await calls.align(a.run, 99, 1)).toMatchObject({ error: { code: 'not-found' } })
    expect(await calls.events(99, '', 0, 1)).toMatchObject({ error: { code: 'not-found' } })
    expect(await calls.series(a.run, { fromNs: 5, toNs: 5, columns: 1 })).toMatchObject({
      error: { code: 'bad-input' },
    })
    expect((await must(calls.events(a.run, '', a.events + 5, 10))).lines).toEqual([])
  })
})
