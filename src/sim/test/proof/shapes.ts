/** The machines that random commands run on, small enough to be looked at whole after each. */
import { bootMachine } from '../../machine/boot'
import { toySpec } from '../../machine/builders'
import type { Machine } from '../../machine/machine'
import { presetMachine } from '../../machine/presets'
import type { MachineSpec, ZoneSpec } from '../../machine/types'
import { createKernel } from '../../patches/series'

export interface Shape {
  readonly name: string
  readonly spec: () => MachineSpec
  /** Free counters can be compared exactly: no real per-CPU lists beside CMA (errata 5, 6.7.1). */
  readonly exact: boolean
  /** Commands for each command of a small machine; large ones get fewer. */
  readonly share: number
}

const MARKS = [6, 7, 9] as const

function zones(...list: readonly (readonly [ZoneSpec['name'], number])[]): ZoneSpec[] {
  let startPfn = 0
  return list.map(([name, pages]) => {
    const zone = { name, startPfn, pages, managed: null, watermarks: MARKS }
    startPfn += pages
    return zone
  })
}

export const SHAPES: readonly Shape[] = [
  {
    name: 'T3',
    spec: () => toySpec({ pages: 128, cma: [64, 32] }),
    exact: true,
    share: 1,
  },
  {
    name: 'T2',
    spec: () => toySpec({ pages: 128, pageblockOrder: 2, cma: [64, 32] }),
    exact: true,
    share: 1,
  },
  {
    name: 'T2-pcp',
    spec: () =>
      toySpec({ pages: 160, maxOrder: 5, pageblockOrder: 3, cma: [96, 32], high: 12, batch: 3 }),
    exact: false,
    share: 1,
  },
  {
    name: 'tiny-marks',
    spec: () => toySpec({ pages: 96, maxOrder: 4, cma: [64, 32], watermarks: [9, 11, 13] }),
    exact: true,
    share: 1,
  },
  {
    name: 'two-cpus',
    spec: () =>
      toySpec({
        pages: 192,
        maxOrder: 5,
        pageblockOrder: 4,
        cma: [96, 64],
        high: 18,
        batch: 6,
        cpus: 2,
        watermarks: MARKS,
      }),
    exact: false,
    share: 1,
  },
  {
    name: 'four-cpus',
    spec: () =>
      toySpec({
        pages: 320,
        maxOrder: 6,
        pageblockOrder: 5,
        cma: [192, 96],
        high: 6,
        batch: 3,
        cpus: 4,
        watermarks: MARKS,
      }),
    exact: false,
    share: 0.6,
  },
  {
    name: 'two-areas',
    spec: () => ({
      ...toySpec({ pages: 192, maxOrder: 5, pageblockOrder: 4, cpus: 2 }),
      cma: [
        { name: 'first', startPfn: 64, pages: 32 },
        { name: 'second', startPfn: 128, pages: 48 },
      ],
    }),
    exact: true,
    share: 1,
  },
  {
    name: 'highmem',
    spec: () => ({
      ...toySpec({ pages: 256, maxOrder: 5, pageblockOrder: 4, cma: [96, 32], cpus: 2 }),
      zones: zones(['Normal', 128], ['HighMem', 96]),
    }),
    exact: true,
    share: 1,
  },
  {
    name: 'x86',
    spec: () => ({
      ...toySpec({ pages: 256, maxOrder: 6, pageblockOrder: 4, cpus: 2 }),
      zones: zones(['DMA', 32], ['DMA32', 64], ['Normal', 96], ['Movable', 64]),
    }),
    exact: true,
    share: 1,
  },
  {
    name: 'thp',
    spec: () => ({
      ...toySpec({ pages: 256, maxOrder: 6, pageblockOrder: 4, cpus: 2, thp: 3, cma: [128, 64] }),
      zones: zones(['Normal', 256]),
    }),
    exact: true,
    share: 1,
  },
  {
    name: 'board',
    spec: () => {
      const made = presetMachine('vexpress-128m', { cma: 4 << 20 })
      if (!made.ok) throw new Error(made.message)
      return made.spec
    },
    exact: false,
    share: 0.02,
  },
]

/** Subsets of the series that amount to something different. */
export const KERNELS: readonly (readonly number[])[] = [[], [1, 2, 3], [3, 5], [1, 3, 4, 5]]

export function shapeNamed(name: string): Shape {
  const shape = SHAPES.find((s) => s.name === name)
  if (shape === undefined) {
    throw new Error(`no shape "${name}"; there are ${SHAPES.map((s) => s.name).join(', ')}`)
  }
  return shape
}

export function bootShape(shape: Shape, kernel: number): Machine {
  const patches = KERNELS[kernel % KERNELS.length] ?? []
  return bootMachine(shape.spec(), createKernel({ patches, mode: 'lenient' }))
}
