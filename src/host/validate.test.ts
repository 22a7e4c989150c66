import { describe, expect, it } from 'vitest'
import { CALL_NAMES, type CallName } from '../shared/contract'
import { success } from '../shared/result'
import { PROOF, SESSION } from '../formats/test/session'
import { fakeCalls, RECIPE } from './test/fakes'
import { askOf } from './rpc'
import { askChecked, parseArguments } from './validate'

const VALID: Readonly<Record<CallName, readonly unknown[]>> = {
  listScenarios: [],
  listPatches: [],
  listBuilds: [],
  listKernels: [],
  checkKernel: [RECIPE.kernel],
  listFailing: [],
  run: [RECIPE, 'token'],
  addScenario: ['{}', 'mine.json'],
  dropScenario: ['mine'],
  scenarioText: ['sc-01'],
  importTexts: [[{ name: 'trace', bytes: Uint8Array.of(97, 10) }], 'token'],
  cancel: ['token'],
  summary: [1],
  drop: [1],
  series: [1, { fromNs: 0, toNs: null, columns: 800 }],
  rangeSummary: [1, 0, 5_000],
  readings: [1, { event: 812, step: 3 }],
  eventAt: [1, 5_000],
  neighbour: [1, 812, -1, null],
  pageMap: [1, { event: 812, step: 3 }, 'owner'],
  page: [1, 0x6f103, null],
  pageHistory: [1, 0x6f103, 812, 1, 64],
  inspect: [1, 'freelists', null],
  audit: [1, null],
  dmesg: [1],
  checkFilter: [1, 'type == mm_page_alloc'],
  completeFilter: [1, 'ty', 2],
  filterEvents: [1, '', 'token'],
  events: [1, '', 0, 100],
  eventIndex: [1, '', 812],
  eventsText: [1, '', 0, 100, 'ftrace'],
  troubles: [1],
  why: [1, 1, true, 'token'],
  fork: [1, [{ at: 812, do: 'drain' }], 'token'],
  divergence: [1, 2, 'token'],
  align: [1, 2, 812],
  matrix: [RECIPE, 'token'],
  debugState: [1],
  seek: [1, { event: 812, step: 0 }],
  consoleRun: [1, 'bt', 'token'],
  consoleComplete: [1, 'b', 1],
  addWatch: [1, 'page(0x67103).count'],
  dropWatch: [1, 1],
  proof: [1],
  checkProof: [1, PROOF, 'token'],
  packSession: [SESSION],
  packArchive: [SESSION, { a: 1, b: 'kept' }, Uint8Array.of(1), 'token'],
  archiveSize: [1],
  openArchive: [Uint8Array.of(1, 2), 'a', 'token'],
  unpackSession: [Uint8Array.of(1, 2)],
  exportRun: [1, { form: 'svg', part: 'map' }, 'token'],
  exportReport: [1, 2, 'md', 'token'],
  readExport: ['export1'],
  closeExport: ['export1'],
}
const CALLS = Object.keys(CALL_NAMES) as CallName[]

function recipeWith(change: object): unknown {
  return { ...RECIPE, ...change }
}

function refusal(call: CallName, args: readonly unknown[]): string {
  const parsed = parseArguments(call, args)
  if (parsed.ok) throw new Error(`was taken: ${JSON.stringify(args)}`)
  expect(parsed.error.code).toBe('bad-input')
  return parsed.error.message
}

describe('parseArguments', () => {
  it.each(CALLS)('takes valid arguments of %s as they are', (call) => {
    expect(parseArguments(call, VALID[call])).toStrictEqual(success(VALID[call]))
  })

  it.each(CALLS)('refuses one argument too many for %s', (call) => {
    refusal(call, [...VALID[call], 1])
  })

  it.each(CALLS.filter((call) => VALID[call].length > 0))(
    'refuses %s without arguments',
    (call) => {
      refusal(call, [])
    },
  )

  it.each<[string, CallName, unknown[], string]>([
    ['a run that is no number', 'drop', ['1'], 'drop[0]: expected a whole number'],
    [
      'a run with a fraction',
      'pageMap',
      [1.5, null, 'state'],
      'pageMap[0]: expected a whole number',
    ],
    ['a negative pfn', 'page', [1, -1, null], 'page[1]: expected a whole number from 0'],
    ['a pfn beyond any machine', 'page', [1, 2 ** 41, null], 'page[1]: expected a whole number'],
    [
      'no columns',
      'series',
      [1, { fromNs: 0, toNs: null, columns: 0 }],
      'series[1].columns: expected a whole number from 1',
    ],
    [
      'a million columns',
      'series',
      [1, { fromNs: 0, toNs: null, columns: 1e6 }],
      'series[1].columns: expected a whole number',
    ],
    ['an endless token', 'cancel', ['x'.repeat(65)], 'cancel[0]: expected a text of 1 to 64'],
    ['an unknown member', 'run', [recipeWith({ x: 1 }), 't'], 'run[0].x: '],
    ['a missing member', 'run', [{ scenario: 'sc-01' }, 't'], 'run[0].seed: '],
    ['a NaN seed', 'run', [recipeWith({ seed: Number.NaN }), 't'], 'run[0].seed: '],
    ['a seed of 2^31', 'run', [recipeWith({ seed: 2 ** 31 }), 't'], 'run[0].seed: '],
    [
      'a parameter that is no text',
      'run',
      [recipeWith({ set: { cma: 1 } }), 't'],
      'run[0].set.cma',
    ],
    [
      'too many parameters',
      'run',
      [recipeWith({ set: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, ''])) }), 't'],
      'run[0].set: expected at most 64 parameters',
    ],
    [
      'a change that is none',
      'run',
      [recipeWith({ changes: [{ do: 'shrink', area: 'default', pages: 1 }] }), 't'],
      'run[0].changes[0].do: ',
    ],
    [
      'an area grown by nothing',
      'run',
      [recipeWith({ changes: [{ do: 'grow', area: 'default', pages: 0 }] }), 't'],
      'run[0].changes[0].pages: expected a whole number from 1',
    ],
    [
      'patch 6',
      'run',
      [recipeWith({ kernel: { patches: [6], mode: 'strict' } }), 't'],
      'run[0].kernel.patches[0]: expected a whole number from 1 to 5',
    ],
    [
      'a patch twice',
      'run',
      [recipeWith({ kernel: { patches: [1, 1], mode: 'strict' } }), 't'],
      'run[0].kernel.patches: expected ascending patch numbers',
    ],
    [
      'an unknown mode',
      'run',
      [recipeWith({ kernel: { patches: [], mode: 'yolo' } }), 't'],
      'run[0].kernel.mode: expected strict or lenient',
    ],
    [
      'an unknown policy',
      'run',
      [recipeWith({ kernel: { patches: [], mode: 'strict', policy: 'gup' } }), 't'],
      'run[0].kernel.policy: expected one of rfc2013, gup-nm',
    ],
    [
      'fix 9',
      'run',
      [recipeWith({ kernel: { patches: [], mode: 'strict', fixes: [9] } }), 't'],
      'run[0].kernel.fixes[0]: expected a whole number from 1 to 7',
    ],
    [
      'an unknown caller',
      'run',
      [recipeWith({ kernel: { patches: [], mode: 'strict', converted: ['nfs'] } }), 't'],
      'run[0].kernel.converted[0]: expected one of vb2-dma-contig',
    ],
  ])('refuses %s and says where', (_name, call, args, message) => {
    expect(refusal(call, args)).toContain(message)
  })

  it('keeps a message short, whatever was given', () => {
    const named = { ...RECIPE, ['x'.repeat(5000)]: 1 }
    expect(refusal('run', [named, 't']).length).toBeLessThan(300)
  })
})

describe('a place', () => {
  it('may bring its time along, as cursors do', () => {
    const place = { event: 812, step: 3, timeNs: 54_718_223 }
    expect(parseArguments('seek', [1, place])).toEqual(success([1, { event: 812, step: 3 }]))
  })
})

describe('askChecked', () => {
  it('lets nothing through to the engine that was refused', async () => {
    const { calls, asked } = fakeCalls()
    const ask = askChecked(askOf(calls, () => undefined))
    expect((await ask('drop', [-1])).ok).toBe(false)
    expect((await ask('drop', [1])).ok).toBe(true)
    expect(asked).toStrictEqual([['drop', 1]])
  })
})
