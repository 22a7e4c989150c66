import { describe, expect, it } from 'vitest'
import { MIGRATE_MOVABLE, NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { presetMachine } from '../../machine/presets'
import type { MachineSpec } from '../../machine/types'
import type { Machine } from '../../machine/machine'
import { exactZoneState } from '../../mm/vmstat'
import {
  comparable,
  observeZone,
  readRecording,
  specOfState,
  stateOf,
  type Recording,
} from './recording'
import { runOp, startReplay, type Replay } from './replay'

const NAMES = ['s1', 's2', 's3', 's4', 's5', 's7', 's9', 's1-highmem', 's1-40M']

/**
 * The 40 MiB board's root file system image: its 64 frames, now inside free blocks, were freed one by
 * one, so each had its type cached. States list only the types of heads.
 */
const IMAGE_40M = Object.fromEntries(
  Array.from({ length: 64 }, (_, i) => [String(398336 + i), MIGRATE_MOVABLE]),
)

/** The 128 MiB recordings start from the preset itself, the others from their first state. */
function specFor(name: string, recording: Recording): MachineSpec {
  const recorded = specOfState(stateOf(recording, `${name.slice(0, 2)} begin`), recording.area)
  if (name === 's1-40M')
    return { ...recorded, cachedTypes: { ...recorded.cachedTypes, ...IMAGE_40M } }
  if (name === 's1-highmem') return recorded
  const preset = presetMachine('vexpress-128m')
  if (!preset.ok) throw new Error(preset.message)
  return preset.spec
}

function counters(m: Machine): number[] {
  return m.zones.flatMap((zone) => [
    exactZoneState(zone, NR_FREE_PAGES),
    exactZoneState(zone, NR_FREE_CMA_PAGES),
    zone.vm_stat[NR_FREE_PAGES] as number,
  ])
}

function expectState(replay: Replay, recording: Recording, label: string): void {
  const { m } = replay
  const state = stateOf(recording, label)
  const recorded = state.zones.map((zone) => comparable(m, zone))
  expect(
    m.zones.map((zone) => observeZone(m, zone)),
    label,
  ).toEqual(recorded)
}

describe('replays of Linux 3.9.6', () => {
  it.each(NAMES)(
    '%s: every PFN, counter, event and list is the recorded one (allocator 3-5)',
    (name) => {
      const recording = readRecording(name)
      const label = name.slice(0, 2)
      const replay = startReplay(recording, `${label} begin`, specFor(name, recording))
      expectState(replay, recording, `${label} begin`)
      for (const op of recording.ops) {
        replay.events = []
        const r = runOp(replay, op)
        const got = { i: op.i, op: op.op, r, n: counters(replay.m), ev: replay.events }
        expect(got).toEqual({ i: op.i, op: op.op, r: op.r, n: op.n, ev: op.ev })
        if (op.op === 'Z') expectState(replay, recording, `op ${op.i}`)
      }
      expectState(replay, recording, `${label} end`)
    },
  )
})
