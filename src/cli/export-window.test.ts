/** The window exports by the same code as the command line: the same recipe gives the same bytes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, openEngine } from '../engine/test/engine'
import type { Calls } from '../shared/contract'
import type { RunId } from '../shared/run'
import { EXPORT_PARTS, REPORT_FORMS, RUN_FORMS, type ExportInfo } from '../shared/export'
import type { Result } from '../shared/result'
import { exportCommand, type ExportOptions } from './export'
import { streams } from './test/streams'

const SCENARIO = 'sc-05'
const folder = mkdtempSync(join(tmpdir(), 'pinscope-export-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let calls: Calls
let runs: Readonly<Record<'none' | 'all', RunId>>

beforeAll(async () => {
  calls = openEngine()
  const run = async (patches: readonly number[]): Promise<RunId> => {
    const kernel = { patches, mode: 'strict' } as const
    return (await must(calls.run({ scenario: SCENARIO, seed: 1, set: {}, kernel }, 'run'))).run
  }
  runs = { none: await run([]), all: await run([1, 2, 3, 4, 5]) }
}, 60_000)

/** What the command line writes into its file. */
async function byCommand(options: Pick<ExportOptions, 'format' | 'what'>): Promise<Buffer> {
  const output = join(folder, 'out')
  const common = { patches: 'none', seed: '1', set: [], output } as const
  const io = streams()
  expect([await exportCommand(io, SCENARIO, { ...common, ...options }), io.stdout()]).toEqual([
    0,
    '',
  ])
  return readFileSync(output)
}

/** All pieces that the engine gives, one after the other. */
async function byCalls(begun: Promise<Result<ExportInfo>>): Promise<Buffer> {
  const { id } = await must(begun)
  const pieces: Uint8Array[] = []
  for (;;) {
    const { bytes, last, fraction } = await must(calls.readExport(id))
    pieces.push(bytes)
    expect(fraction).toBeLessThanOrEqual(1)
    if (last) break
  }
  expect(await calls.readExport(id)).toMatchObject({ ok: false, error: { code: 'not-found' } })
  return Buffer.concat(pieces)
}

describe('an export of the window has the bytes of the command line', () => {
  const forms = RUN_FORMS.flatMap((form) =>
    (EXPORT_PARTS[form].length === 0 ? [null] : EXPORT_PARTS[form]).map((part) => ({ form, part })),
  )
  it.each(forms)('as $form, $part', async ({ form, part }) => {
    const wanted = await byCommand({ format: form, ...(part === null ? {} : { what: part }) })
    const made = await byCalls(calls.exportRun(runs.none, { form, part }, 'export'))
    expect(made.equals(wanted)).toBe(true)
    if (form !== 'dmesg') expect(made.length).toBeGreaterThan(1000)
  })

  it.each(REPORT_FORMS)('as %s', async (form) => {
    const wanted = await byCommand({ format: form })
    const made = await byCalls(calls.exportReport(runs.none, runs.all, form, 'export'))
    expect(made.toString()).toBe(wanted.toString())
  })
})
