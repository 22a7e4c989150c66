/** Explanations of the shipped scenarios: they name what the file says was planted, and nothing that is not so. */
import { describe, expect, it } from 'vitest'
import { shippedScenarios } from '../../formats/shipped'
import type { WhyReport } from '../../shared/why'
import { pfn_to_page } from '../../sim'
import { Debugger } from '../debugger'
import type { Recording } from '../run'
import { HOOKS } from '../test/hooks'
import { classesOf, KERNELS, runShipped, shipped } from '../test/scenario-run'
import { troublesOf, why } from './why'

interface Seeded {
  readonly cause: string
  readonly actor?: string
  readonly outcome?: string
  readonly in?: readonly (keyof typeof KERNELS)[]
}

const CASES = shippedScenarios().flatMap(({ info: { id } }) =>
  ((shipped(id).body as { seeded?: readonly Seeded[] }).seeded ?? [])
    .filter((s) => s.outcome !== undefined)
    .map((s) => [id, s.outcome as string, s] as const),
)

async function explain(recording: Recording, outcome: string): Promise<WhyReport> {
  const n = troublesOf(recording).findLastIndex(
    (t) => t.outcome === outcome || (t.outcome?.startsWith(`${outcome}.`) ?? false),
  )
  const report = await why(recording, n + 1, false, HOOKS)
  if (!report.ok) throw new Error(report.error.message)
  return report.value
}

describe.each(CASES)('%s: %s', (id, outcome, seeded) => {
  const name = seeded.in?.[0] ?? classesOf(id)[0] ?? 'BASE'
  it(`fails for "${seeded.cause}" in class ${name}, as the file says, and for nothing else`, async () => {
    const recording = await runShipped(id, KERNELS[name], 1, id === 'r-18' ? { pieces: '300' } : {})
    const { causes, walk, paragraph } = await explain(recording, outcome)
    expect(causes.map((c) => c.cause)).toEqual([seeded.cause])
    if (seeded.actor !== undefined) expect(causes[0]?.actor).toBe(seeded.actor)
    expect(paragraph).toContain(seeded.cause)
    for (const { blocking } of walk) {
      for (const frame of blocking) {
        expect(frame.ledger.reduce((sum, entry) => sum + entry.count, 0)).toBe(frame.count)
      }
    }
  }, 60_000)
})

describe('why', () => {
  it('tells of blocking frames what the machine shows when one goes there', async () => {
    const recording = await runShipped('sc-14', KERNELS.BASE)
    const report = await explain(recording, troublesOf(recording).at(-1)?.outcome ?? '')
    const position = report.walk[0]
    const frame = position?.blocking[0]
    if (position === undefined || frame === undefined) throw new Error('nothing blocks')
    const dbg = await Debugger.open(recording.tape, HOOKS)
    await dbg.seek({ event: position.event, step: 0 })
    const { machine } = dbg
    const pins = machine.pins.get(pfn_to_page(machine, frame.pfn)) ?? []
    expect(pins.map((p) => p.event)).toContain(frame.sinceEvent)
    expect(frame.pfn).toBeGreaterThanOrEqual(position.startPfn)
    expect(frame.pfn).toBeLessThan(position.endPfn)
  })

  it('blames, when a block cannot go offline, the frame that was tried again and again', async () => {
    const recording = await runShipped('sc-09', KERNELS.BASE)
    const report = await explain(recording, troublesOf(recording).at(-1)?.outcome ?? '')
    expect(report.call).toBe('offline')
    expect(report.causes).toMatchObject([
      { class: 'long pin', actor: 'server', label: 'aio ring', frames: 1 },
    ])
  })

  it('blames, where isolation refuses a block, the frames that nothing can move', async () => {
    const recording = await runShipped('sc-13-offline', KERNELS.BASE)
    const report = await explain(recording, troublesOf(recording).at(-1)?.outcome ?? '')
    expect(report.causes.map((c) => c.cause)).toEqual(['unmovable kernel page'])
  })

  it('refuses a number that no request has, and says how many there are', async () => {
    const recording = await runShipped('sc-14', KERNELS.BASE)
    const report = await why(recording, 99, false, HOOKS)
    expect(report).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})

describe('remedies', () => {
  const remedies = async (id: string, name: keyof typeof KERNELS) => {
    const recording = await runShipped(id, KERNELS[name])
    const n = troublesOf(recording).findLastIndex((t) => t.ret < 0) + 1
    const report = await why(recording, n, true, HOOKS)
    if (!report.ok) throw new Error(report.error.message)
    return { recording, report: report.value }
  }

  it('of sc-14 are the whole series, which is told as its smallest part that builds and helps', async () => {
    const { report } = await remedies('sc-14', 'BASE')
    const patches = report.remedies.find((r) => r.kind === 'patches')
    expect(patches?.text).toBe('patches 1,3,4,5')
    const again = await runShipped('sc-14', { patches: [1, 3, 4, 5], mode: 'strict' })
    expect(again.summary.outcomes.find((o) => o.id === report.outcome)?.ret).toBe(0)
    const original = (await runShipped('sc-14', KERNELS.BASE)).recorder.log
    const at = patches?.divergesAt ?? 0
    for (let event = 0; event < at; event++) {
      const [x, y] = [original.row(event), again.recorder.log.row(event)]
      if (x.type !== y.type || x.a !== y.a) throw new Error(`they differ at ${event} already`)
    }
    expect([original.row(at).type, original.row(at).c]).not.toEqual([
      again.recorder.log.row(at).type,
      again.recorder.log.row(at).c,
    ])
  }, 120_000)

  it('of sc-06 under the series are to let the pins go, which the series could not', async () => {
    const { report } = await remedies('sc-06', 'FULL')
    expect(report.remedies.map((r) => r.kind)).toContain('unpin')
    expect(report.remedies.map((r) => r.kind)).not.toContain('patches')
    expect(report.tried).toContain('drain')
  }, 120_000)

  it('are cancelled between two runs', async () => {
    const recording = await runShipped('sc-06', KERNELS.BASE)
    const asked = { ...HOOKS, isCancelled: () => true }
    expect(await why(recording, 1, true, asked)).toMatchObject({ ok: false })
  })
})
