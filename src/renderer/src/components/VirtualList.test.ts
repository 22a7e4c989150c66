import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { stubHeights } from '../test/layout'
import VirtualList from './VirtualList.vue'

let list: VueWrapper | null = null

function open(props: {
  count: number
  load?: (first: number, end: number) => Promise<unknown> | null
  startAt?: { row: number }
}) {
  list = mount(VirtualList, {
    attachTo: document.body,
    props: { label: 'rows', chosen: null, ...props },
    slots: { default: ({ row }: { row: number }) => h('span', String(row)) },
  })
  return list
}

const rowsOf = (wrapper: VueWrapper): string[] =>
  wrapper.findAll('[role="row"]').map((row) => row.text())

async function scrollTo(wrapper: VueWrapper, px: number): Promise<void> {
  wrapper.element.scrollTop = px
  await wrapper.trigger('scroll')
  await flushPromises()
}

beforeEach(() => stubHeights(240))

afterEach(() => {
  list?.unmount()
  list = null
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a long list', () => {
  it('draws the rows in sight alone, and says how many there are', async () => {
    const list = open({ count: 1_000 })
    await flushPromises()
    expect(rowsOf(list)).toEqual(Array.from({ length: 10 }, (_, i) => String(i)))
    expect(list.attributes('aria-rowcount')).toBe('1000')
    await scrollTo(list, 2_400)
    expect(rowsOf(list)[0]).toBe('100')
  })

  it('begins in the middle around the row it is to begin at', async () => {
    const list = open({ count: 1_000, startAt: { row: 500 } })
    await flushPromises()
    expect(rowsOf(list)).toContain('500')
    await list.setProps({ startAt: { row: 20 } })
    await flushPromises()
    expect(rowsOf(list)).toContain('20')
  })

  it('turns by as many pixels as the wheel says, also where the scrollbar is scaled', async () => {
    const list = open({ count: 10_000_000 })
    await flushPromises()
    await list.trigger('wheel', { deltaY: 240 })
    await flushPromises()
    expect(rowsOf(list)[0]).toBe('10')
    await list.trigger('keydown', { key: 'End' })
    await flushPromises()
    expect(rowsOf(list).at(-1)).toBe('9999999')
  })
})

describe('rows that are not here yet', () => {
  it('never leave a hole: those before stay in sight, and the newest wish comes next', async () => {
    const gates: (() => void)[] = []
    const asked: number[] = []
    let isHere = true
    const list = open({
      count: 1_000,
      load: (first) => {
        if (isHere) return null
        asked.push(first)
        return new Promise<void>((resolve) => gates.push(resolve))
      },
    })
    await flushPromises()
    isHere = false
    await scrollTo(list, 2_400)
    await scrollTo(list, 4_800)
    await scrollTo(list, 7_200)
    expect(rowsOf(list)[0]).toBe('0')
    expect(asked).toEqual([100])
    gates[0]?.()
    await flushPromises()
    expect(rowsOf(list)[0]).toBe('100')
    expect(asked).toEqual([100, 300])
    gates[1]?.()
    await flushPromises()
    expect(rowsOf(list)[0]).toBe('300')
  })
})

describe('choosing rows', () => {
  it('goes by click and by key, to a range with Shift, and to all of them', async () => {
    const list = open({ count: 1_000 })
    await flushPromises()
    const last = () => list.emitted('update:chosen')?.at(-1)?.[0]
    await list.findAll('[role="row"]')[3]?.trigger('click')
    expect(last()).toEqual({ anchor: 3, active: 3 })
    expect(list.emitted('open')).toEqual([[3]])
    await list.setProps({ chosen: { anchor: 3, active: 3 } })
    await list.trigger('keydown', { key: 'PageDown', shiftKey: true })
    expect(last()).toEqual({ anchor: 3, active: 12 })
    await list.setProps({ chosen: { anchor: 3, active: 5 } })
    expect(list.findAll('[aria-selected="true"]').map((row) => row.text())).toEqual(['3', '4', '5'])
    const id = list.attributes('aria-activedescendant') ?? ''
    expect(list.get(`[id="${id}"]`).text()).toBe('5')
    await list.trigger('keydown', { key: 'a', ctrlKey: true })
    expect(last()).toEqual({ anchor: 0, active: 999 })
  })

  it('keeps its row while another part of the list is looked at', async () => {
    const list = open({ count: 1_000 })
    await list.setProps({ chosen: { anchor: 3, active: 3 } })
    await scrollTo(list, 12_000)
    expect(rowsOf(list)).toHaveLength(11)
    expect(rowsOf(list).at(-1)).toBe('3')
  })
})
