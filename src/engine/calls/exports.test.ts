import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls } from '../../shared/contract'
import type { RunSummary } from '../../shared/run'
import { failure, success } from '../../shared/result'
import { must, openEngine, runSc01 } from '../test/engine'
import { Exports } from './exports'

let calls: Calls
let run: RunSummary

beforeAll(async () => {
  calls = openEngine()
  run = await runSc01(calls, [])
}, 60_000)

const ftrace = { form: 'ftrace', part: null } as const

describe('an export of a long run', () => {
  it('comes in pieces of half a megabyte, and tells how far it is', async () => {
    const { id } = await must(calls.exportRun(run.run, ftrace, 'x'))
    let [bytes, pieces, fraction] = [0, 0, 0]
    for (let last = false; !last; pieces++) {
      const piece = await must(calls.readExport(id))
      expect(piece.fraction).toBeGreaterThanOrEqual(fraction)
      expect(piece.bytes.length).toBeLessThan(1.5 * 1024 * 1024)
      ;[bytes, fraction, last] = [bytes + piece.bytes.length, piece.fraction, piece.last]
    }
    expect(pieces).toBeGreaterThan(20)
    expect(bytes).toBeGreaterThan(20 * 1024 * 1024)
    expect(fraction).toBe(1)
  })

  it('that is given up is over, and another can be begun', async () => {
    for (let i = 0; i < 20; i++) {
      const { id } = await must(calls.exportRun(run.run, ftrace, 'x'))
      await must(calls.readExport(id))
      await must(calls.closeExport(id))
      expect(await calls.readExport(id)).toMatchObject({ ok: false, error: { code: 'not-found' } })
    }
  })

  it('is read to its end although its run was forgotten meanwhile', async () => {
    const other = await runSc01(calls, [3])
    const { id } = await must(calls.exportRun(other.run, { form: 'csv', part: 'events' }, 'x'))
    await must(calls.drop(other.run))
    for (let last = false; !last;) ({ last } = await must(calls.readExport(id)))
    expect(await calls.exportRun(other.run, ftrace, 'x')).toMatchObject({ ok: false })
  })

  it('is not begun when it was cancelled meanwhile', async () => {
    const begun = calls.exportRun(run.run, { form: 'svg', part: 'map' }, 'mine')
    await calls.cancel('mine')
    expect(await begun).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })
})

describe('an export of a fork', () => {
  it('says in its title and in a report what the fork does otherwise', async () => {
    const fork = await must(calls.fork(run.run, [{ at: 812, do: 'drain' }], 'fork'))
    const { id } = await must(calls.exportRun(fork.run, { form: 'svg', part: 'timeline' }, 'x'))
    const { bytes } = await must(calls.readExport(id))
    expect(new TextDecoder().decode(bytes)).toContain('fork at event 812: drain')
    const report = await must(calls.exportReport(run.run, fork.run, 'linux-mm', 'x'))
    const text = new TextDecoder().decode((await must(calls.readExport(report.id))).bytes)
    expect(text).toContain('B patches none (BASE), fork at event 812: drain')
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'Of B this makes the run without what was changed, with another digest.',
    )
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(72)
  })
})

describe('a report', () => {
  it('of runs with another seed has a command for each', async () => {
    const other = await must(calls.run({ ...run.recipe, seed: 9 }, 'run'))
    const { id } = await must(calls.exportReport(run.run, other.run, 'md', 'x'))
    const text = new TextDecoder().decode((await must(calls.readExport(id))).bytes)
    expect(text).toContain('pinscope run sc-01 --patches none --seed 1 --json\n')
    expect(text).toContain('pinscope run sc-01 --patches none --seed 9 --json\n')
    await must(calls.drop(other.run))
  })

  it('of a scenario that does not ship names a file, and says that it is needed', async () => {
    const shipped = readFileSync('resources/scenarios/sc-11.json', 'utf8')
    const text = shipped.replace('"sc-11"', '"mine"')
    const { info } = await must(calls.addScenario(text, 'mine.json'))
    const own = await must(calls.run({ ...run.recipe, scenario: info.id }, 'run'))
    const { id } = await must(calls.exportReport(own.run, own.run, 'md', 'x'))
    const report = new TextDecoder().decode((await must(calls.readExport(id))).bytes)
    expect(report).toContain('pinscope compare mine.json --a none --b none --seed 1 --json\n')
    expect(report).toContain('The scenario is none that ships: its file has to be there, too.')
    await must(calls.drop(own.run))
    await must(calls.dropScenario(info.id))
  })

  it('of two scenarios is refused', async () => {
    const other = await must(calls.run({ ...run.recipe, scenario: 'sc-11' }, 'run'))
    expect(await calls.exportReport(run.run, other.run, 'md', 'x')).toEqual(
      failure(
        'bad-input',
        'run A is of sc-01, run B of sc-11; a report compares two kernels on one scenario',
      ),
    )
    await must(calls.drop(other.run))
  })
})

describe('an export of a trace', () => {
  it('has what a trace can tell, and no report and no second trace', async () => {
    const line = ' camera-101   [000] .... 1.000000: mm_page_alloc: page=c0 pfn=5 order=0\n'
    const { run: trace } = await must(
      calls.importTexts([{ name: 'x.trace', bytes: new TextEncoder().encode(line) }], 'import'),
    )
    if (trace === null) throw new Error('no trace')
    const { id } = await must(calls.exportRun(trace.run, { form: 'csv', part: 'events' }, 'x'))
    const text = new TextDecoder().decode((await must(calls.readExport(id))).bytes)
    expect(text).toContain('mm_page_alloc,page=c0 pfn=5 order=0')
    expect(await calls.exportRun(trace.run, ftrace, 'x')).toMatchObject({
      error: { message: 'x.trace is ftrace text already; choose another form' },
    })
    for (const pair of [
      [run.run, trace.run],
      [trace.run, run.run],
    ] as const) {
      expect(await calls.exportReport(...pair, 'md', 'x')).toMatchObject({
        ok: false,
        error: { code: 'bad-input' },
      })
    }
    await must(calls.drop(trace.run))
  })
})

describe('Exports', () => {
  const making = (content: Iterable<string>) => ({ content, fraction: () => 0.5 })

  it('keeps at most eight that are not over', () => {
    const exports = new Exports()
    const begun = Array.from({ length: 9 }, () => exports.begin(making(['x'])))
    expect(begun.map(({ ok }) => ok)).toEqual([...Array.from({ length: 8 }, () => true), false])
    exports.read('export1')
    expect(exports.begin(making(['x']))).toEqual(success({ id: 'export9' }))
  })

  it('that throws on the way is over', () => {
    const exports = new Exports()
    function* failing(): Generator<string> {
      yield 'x'
      throw new Error('broken')
    }
    exports.begin(making(failing()))
    expect(() => exports.read('export1')).toThrow('broken')
    expect(exports.read('export1').ok).toBe(false)
  })
})
