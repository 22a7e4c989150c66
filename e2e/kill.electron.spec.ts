/**
 * Fifty kills at places drawn from one seed, of the application, its page and its engine, while it works and
 * while it saves. After each: the file is whole and one of the two it may be, nothing that was saved is lost, and
 * work that is older than a second is offered back.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { inRoot } from '../scripts/lib/paths.mjs'
import { Life, pause, notedIn } from './helpers/life'

const SEED = 20_130_305
const KILLS = 50
/** A start of the application costs most of the time. */
const WEIGHTS = { main: 14, page: 13, engine: 23 } as const
type Victim = keyof typeof WEIGHTS

/** Kept at the latest after this. */
const LOST_MS = 1_000

let folder = ''
let life: Life | null = null
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-kill-'))
})
test.afterEach(async () => {
  await life?.killMain()
  life = null
  await rm(folder, { recursive: true, force: true })
})

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** All victims in an order drawn by the numbers. */
function victims(next: () => number): Victim[] {
  const all = Object.entries(WEIGHTS).flatMap(([name, n]) => Array<Victim>(n).fill(name as Victim))
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    const [x, y] = [all[i], all[j]]
    if (x !== undefined && y !== undefined) [all[i], all[j]] = [y, x]
  }
  return all
}

/** What was written into the note, and when. */
class Notes {
  #made: { readonly n: number; readonly atMs: number }[] = [{ n: 0, atMs: 0 }]

  /** What is there after a kill; numbers go on behind all that were used. */
  found(n: number): void {
    this.#made = [{ n, atMs: 0 }]
  }

  add(n: number): void {
    this.#made.push({ n, atMs: Date.now() })
  }

  get now(): number {
    return this.#made.at(-1)?.n ?? 0
  }

  /** What is kept, whatever happens now. */
  get kept(): number {
    const limit = Date.now() - LOST_MS
    return this.#made.findLast(({ atMs }) => atMs <= limit)?.n ?? 0
  }
}

test(`loses nothing in ${KILLS} kills`, async () => {
  test.setTimeout(600_000)
  const started = Date.now()
  const next = numbers(SEED)
  const told: string[] = []
  const notes = new Notes()
  let offers = 0
  let count = 0
  life = await Life.start(folder)
  await life.chooseScenario('sc-11')
  await life.begin()
  await life.note(count)
  await life.save()

  for (const [i, victim] of victims(next).entries()) {
    const before = await notedIn(folder)
    for (let n = Math.ceil(next() * 3); n > 0; n--) {
      await life.note(++count)
      notes.add(count)
      await pause(next() * 300)
    }
    const saves = next() < 0.5
    // While it saves, or some time after the last change.
    const delay = saves ? next() * 60 : next() * 1_600
    if (saves) await life.command('session.save')
    await pause(delay)
    const { kept, now } = notes
    const text = `${i} ${victim}${saves ? ' while saving' : ''} after ${delay.toFixed(0)} ms, ${before} in the file, ${kept} kept, ${now} made`
    told.push(text)

    if (victim === 'main') {
      const ended = life
      life = null
      await ended.killMain()
      life = await Life.start(folder)
    } else if (victim === 'page') await life.killPage()
    else await life.killEngine()

    const saved = await notedIn(folder)
    expect(saves ? [before, now] : [before], text).toContain(saved)
    if (victim === 'engine') {
      // The window has all of it still, saved or not.
      expect(await life.noted(), text).toBe(now)
      continue
    }
    const offered = await life.goOn()
    if (kept > saved) expect(offered, text).toBe(true)
    if (offered) offers++
    const found = await life.noted()
    expect(found, text).toBeGreaterThanOrEqual(Math.max(saved, kept))
    notes.found(found)
  }

  await life.save()
  expect(await notedIn(folder)).toBe(notes.now)
  const { stdout } = await promisify(execFile)(process.execPath, [
    inRoot('out/main/cli.js'),
    'verify',
    join(folder, 'kept.pinscope'),
  ])
  expect(stdout.match(/^ok /gm)).toHaveLength(2)
  expect(offers).toBeGreaterThan(5)
  const seconds = ((Date.now() - started) / 1000).toFixed(0)
  process.stdout.write(
    `measured: seed ${SEED}: ${told.length} kills in ${seconds} s, work offered ${offers} times, ${count} changes\n`,
  )
})
