import { describe, expect, it } from 'vitest'
import { chartPalette } from '../../charts/palette'
import { busyness, drawLanes, type LanesInput } from './draw'
import { allRows, blockOf } from './rows-model'
import { series } from './test/fake-series'

/** Takes down what is filled in, and with what. */
function recorder() {
  const rects: { x: number; width: number; fill: unknown }[] = []
  const texts: string[] = []
  const context = {
    fillStyle: '' as unknown,
    globalAlpha: 1,
    fillRect(x: number, _y: number, width: number) {
      rects.push({ x, width, fill: context.fillStyle })
    },
    fillText: (text: string) => texts.push(text),
  }
  return { rects, texts, context: context as unknown as CanvasRenderingContext2D }
}

const run = series()
const input: LanesInput = {
  rows: blockOf(allRows([run])).rows,
  series: run,
  view: { fromNs: 0, toNs: 4_000 },
  palette: chartPalette((name) => name),
  chosen: null,
}

describe('lanes', () => {
  it('have a bar per call from its start to its return; one that failed has the colour of failure', () => {
    const { rects, texts, context } = recorder()
    drawLanes(context, 400, input)
    expect(rects.map(({ x, fill }) => [x, fill])).toEqual([
      [50, '--accent'],
      [300, '--accent'],
      [200, '--bad'],
    ])
    expect(texts).toEqual(['VIDIOC_QBUF', 'VIDIOC_REQBUFS'])
  })

  it('draw nothing that is out of sight', () => {
    const { rects, context } = recorder()
    drawLanes(context, 400, { ...input, view: { fromNs: 1_600, toNs: 1_900 } })
    expect(rects).toEqual([])
  })

  it('show which one is chosen', () => {
    const { rects, context } = recorder()
    drawLanes(context, 400, { ...input, series: null, chosen: 'codec' })
    expect(rects).toEqual([{ x: 0, width: 400, fill: '--accent' }])
  })
})

describe('the strip of the whole run', () => {
  it('sums the events of all lanes', () => {
    const lanes = run.lanes.map((lane, i) => ({ ...lane, events: Uint32Array.of(i, 1, 0, 5) }))
    expect([...busyness(series([], { lanes }))]).toEqual([1, 2, 0, 10])
  })
})
