/** A run resumed from an image does exactly what the run it was frozen from did. */
import { describe, expect, it } from 'vitest'
import { shippedScenarios } from '../formats/shipped'
import {
  check,
  ColumnPool,
  digestHex,
  resumeScenario,
  startScenario,
  type KernelSpec,
  type RunImage,
  type RunPlan,
  type ScenarioRun,
} from '../sim'
import { classesOf, KERNELS, planOf } from './test/scenario-run'

const SMALLER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'r-18': { pieces: '300' },
}

function plan(id: string, kernel: KernelSpec): RunPlan {
  return { scenario: planOf(id, SMALLER[id] ?? {}), seed: 1, kernel }
}

function endOf(run: ScenarioRun) {
  while (run.advance(1e6));
  return {
    digest: digestHex(run.machine.trace.digest),
    outcomes: run.outcomes,
    surprises: run.surprises,
    counters: run.machine.counters,
    dmesg: run.machine.dmesg,
    now: run.machine.now,
  }
}

/** Runs to the end, freezing wherever nobody is in a call after so many more events. */
function freezeAlong(run: ScenarioRun, every: number): RunImage[] {
  const images = [run.freeze()]
  while (run.advance(every)) if (run.settle(every)) images.push(run.freeze())
  return images
}

describe.each(shippedScenarios().map((s) => s.info.id))('%s', (id) => {
  const name = classesOf(id).at(-1) ?? 'BASE'
  it.each([...new Set(['BASE', name] as const)])(
    'ends the same from each of its images, class %s',
    (kernel) => {
      const recipe = plan(id, KERNELS[kernel])
      const expected = endOf(startScenario(recipe, null))
      const run = startScenario(recipe, null)
      const images = freezeAlong(run, Math.ceil(run.machine.trace.events / 4) + 5000)
      expect(endOf(run)).toEqual(expected)
      const pool = new ColumnPool()
      const some = images.filter((_, i) => i % Math.ceil(images.length / 5) === 0)
      for (const image of some.toReversed()) {
        const resumed = resumeScenario(recipe, image, null, pool)
        expect(digestHex(resumed.machine.trace.digest)).toBe(image.digest)
        expect(check(resumed.machine)).toEqual([])
        expect(endOf(resumed)).toEqual(expected)
        resumed.recycle(pool)
      }
    },
    240_000,
  )
})
