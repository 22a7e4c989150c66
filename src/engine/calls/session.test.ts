/** What a run came to is kept, and compared with a run of a later day. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls } from '../../shared/contract'
import type { RunSummary } from '../../shared/run'
import type { RunProof } from '../../shared/session'
import { SESSION } from '../../formats/test/session'
import { must, openEngine, runSc01 } from '../test/engine'

let calls: Calls
let run: RunSummary
let proof: RunProof
/** How far work is, as it was told. */
const told: number[] = []

beforeAll(async () => {
  calls = openEngine(([name, news]) => {
    if (name === 'onDidProgress' && 'fraction' in news) told.push(news.fraction)
  })
  run = await runSc01(calls, [])
  proof = await must(calls.proof(run.run))
}, 60_000)

/** A proof as another model would have left it: everything from keyframe `from` on is otherwise. */
function differingFrom(from: number): RunProof {
  const other = 'f'.repeat(64)
  const keyframes = proof.keyframes.map((k, i) => (i < from ? k : { ...k, digest: other }))
  return { ...proof, keyframes, digest: other }
}

describe('the proof of a run', () => {
  it('has its digest and the digests on the way', () => {
    expect(proof).toMatchObject({ events: run.events, digest: run.digest })
    expect(proof.keyframes.length).toBeGreaterThan(2)
    const events = proof.keyframes.map((k) => k.events)
    expect(events).toEqual(events.toSorted((x, y) => x - y))
  })

  it('is met by the same recipe run again', async () => {
    const again = await must(calls.run(run.recipe, 'again'))
    const check = await must(calls.checkProof(again.run, proof, 'check'))
    expect(check).toMatchObject({ same: true, differsBy: null })
    await must(calls.drop(again.run))
  })

  it('that is not met tells the first keyframe that differs', async () => {
    for (const from of [1, 2, proof.keyframes.length - 1]) {
      const check = await must(calls.checkProof(run.run, differingFrom(from), 'check'))
      expect(check.same).toBe(false)
      expect(check.sameUpTo).toBe(proof.keyframes[from - 1]?.events)
      expect(check.differsBy).toBe(proof.keyframes[from]?.events)
    }
  })

  it('is compared where the other run has no keyframe of its own, too', async () => {
    const [first, second] = proof.keyframes
    if (first === undefined || second === undefined) throw new Error('no keyframes')
    const between = { events: second.events - 100, digest: 'f'.repeat(64) }
    const other = { ...proof, digest: 'f'.repeat(64), keyframes: [first, between, second] }
    const check = await must(calls.checkProof(run.run, other, 'check'))
    expect(check).toMatchObject({ sameUpTo: first.events, differsBy: between.events })
    expect(check.text).toContain('The run differs from the one that was saved')
  })

  it('with no keyframe that differs parts behind the last', async () => {
    const other = { ...proof, digest: 'f'.repeat(64) }
    const check = await must(calls.checkProof(run.run, other, 'check'))
    expect(check).toMatchObject({ sameUpTo: proof.keyframes.at(-1)?.events, differsBy: null })
  })
})

describe('the file of a session', () => {
  it('with recorded events shows them as a trace, event for event', async () => {
    const doc = { ...SESSION, a: { recipe: run.recipe, proof } }
    const bytes = await must(calls.packArchive(doc, { a: run.run, b: null }, null, 'pack'))
    const { archive } = await must(calls.unpackSession(bytes))
    expect(archive).toEqual({ a: { events: run.events, of: run.events }, b: null })
    const shown = await must(calls.openArchive(bytes, 'a', 'open'))
    expect(shown.events).toBe(run.events)
    const last = run.events - 1
    const [own] = (await must(calls.events(run.run, '', last, 1))).lines
    const [kept] = (await must(calls.events(shown.run, '', last, 1))).lines
    expect(kept).toMatchObject({ name: own?.name, actor: own?.actor })
    expect(shown.verdict).toMatch(/^A recording of an earlier run: /)
    expect((await calls.openArchive(bytes, 'b', 'open')).ok).toBe(false)
    await must(calls.drop(shown.run))
  })

  it('is made step by step: how far it is told, and it can be cancelled', async () => {
    const pack = (token: string) => calls.packArchive(SESSION, { a: run.run, b: null }, null, token)
    told.length = 0
    expect((await pack('whole')).ok).toBe(true)
    expect(told.length).toBeGreaterThan(10)
    expect(told).toEqual(told.toSorted((x, y) => x - y))
    expect(told.at(-1)).toBe(1)
    const wholeSteps = told.length
    told.length = 0
    const packing = pack('left')
    await calls.cancel('left')
    expect(await packing).toMatchObject({
      ok: false,
      error: { code: 'cancelled', message: 'the saving was cancelled' },
    })
    expect(told.length).toBeLessThan(wholeSteps)
  })

  it('takes about as many bytes for them as is told before', async () => {
    const doc = { ...SESSION, a: { recipe: run.recipe, proof } }
    const told = await must(calls.archiveSize(run.run))
    const plain = await must(calls.packSession(doc))
    const bytes = await must(calls.packArchive(doc, { a: run.run, b: null }, null, 'pack'))
    expect(Math.abs(told / (bytes.length - plain.length) - 1)).toBeLessThan(0.03)
  })

  it('keeps those of another file, event for event, and refuses what is not there', async () => {
    const doc = { ...SESSION, a: { recipe: run.recipe, proof } }
    const first = await must(calls.packArchive(doc, { a: run.run, b: null }, null, 'pack'))
    const again = await must(calls.packArchive(doc, { a: 'kept', b: null }, first, 'pack'))
    expect(Buffer.from(again).equals(first)).toBe(true)
    expect(await calls.packArchive(doc, { a: null, b: 'kept' }, first, 'pack')).toMatchObject({
      error: { code: 'not-found', message: expect.stringContaining('of run B') },
    })
    expect(await calls.packArchive(doc, { a: 'kept', b: null }, null, 'pack')).toMatchObject({
      ok: false,
    })
  })

  it('without them has less than 100 KB for every scenario that ships', async () => {
    for (const { id } of await must(calls.listScenarios())) {
      const recipe = { ...run.recipe, scenario: id, set: {} }
      const made = await must(calls.run(recipe, 'size'))
      const side = { recipe, proof: await must(calls.proof(made.run)) }
      const bytes = await must(calls.packSession({ ...SESSION, a: side, b: side }))
      expect(bytes.length, id).toBeLessThan(100_000)
      await must(calls.drop(made.run))
    }
  }, 240_000)

  it('is made and read by the engine', async () => {
    const side = { recipe: run.recipe, proof }
    const bytes = await must(calls.packSession({ ...SESSION, a: side }))
    const { doc } = await must(calls.unpackSession(bytes))
    expect(doc.a).toStrictEqual(side)
    expect(await calls.unpackSession(bytes.subarray(1))).toMatchObject({
      ok: false,
      error: { code: 'not-a-session' },
    })
  })
})
