/** The tracks of free pages by migratetype are what pagetypeinfo counts, wherever one looks. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FREE_TYPES } from '../shared/timeline'
import {
  freeListHead,
  listToArray,
  startScenario,
  type KernelSpec,
  type Machine,
  type RunPlan,
} from '../sim'
import { Recorder } from './recorder'
import { KERNELS, planOf } from './test/scenario-run'
import { randomPlan } from './test/random-plan'

/** Pages on the free lists of each migratetype, walked. */
function walked(m: Machine): number[] {
  return FREE_TYPES.map((_, type) => {
    let pages = 0
    for (const zone of m.zones) {
      for (let order = 0; order < m.maxOrder; order++) {
        pages += listToArray(m.mem, freeListHead(zone, order, type)).length << order
      }
    }
    return pages
  })
}

interface Seen {
  readonly tracks: number[][]
  readonly lists: number[][]
  /** Greatest number of pages seen per type. */
  readonly most: number[]
}

/** Records a run, and walks the lists themselves at every so many events. */
function record(plan: RunPlan, every: number): Seen {
  const recorder = new Recorder()
  const places = new Map<number, number[]>()
  let machine: Machine | null = null
  const run = startScenario(plan, {
    event: (...cells) => {
      recorder.event(...cells)
      const event = recorder.log.length - 1
      if (machine !== null && event % every === 0) places.set(event, walked(machine))
    },
  })
  machine = run.machine
  recorder.attach(machine)
  while (run.advance(1e6));
  const at = (event: number): number[] => {
    const readings = new Map(recorder.tracks.at(event).map(({ name, value }) => [name, value]))
    return FREE_TYPES.map((type) => readings.get(`free:${type}`) ?? Number.NaN)
  }
  const lists = [...places.values()]
  return {
    tracks: [...places.keys()].map(at),
    lists,
    most: FREE_TYPES.map((_, type) => Math.max(...lists.map((pages) => pages[type] ?? 0))),
  }
}

const BASE: KernelSpec = { patches: [], mode: 'strict' }

describe('free pages by migratetype', () => {
  it.each([
    ['sc-01', 'a contiguous request that fails', KERNELS.BASE],
    ['sc-01', 'one that does not', KERNELS.FULL],
    ['sc-09', 'compaction', KERNELS.BASE],
    ['sc-13-offline', 'memory that goes offline', KERNELS.BASE],
    ['r-08', 'fragmentation', KERNELS.BASE],
  ])('are those on the lists, in %s: %s', (id, _what, kernel) => {
    const { tracks, lists, most } = record({ scenario: planOf(id), seed: 1, kernel }, 101)
    expect(lists.length).toBeGreaterThan(20)
    expect(tracks).toEqual(lists)
    // Something was to be told apart.
    expect(most.filter((pages) => pages > 0).length).toBeGreaterThan(2)
  })

  it('are those on the lists in random scenarios at every event', () => {
    fc.assert(
      fc.property(randomPlan, (scenario) => {
        const { tracks, lists } = record({ scenario, seed: 7, kernel: BASE }, 1)
        expect(tracks).toEqual(lists)
      }),
      { numRuns: 25 },
    )
  })
})
