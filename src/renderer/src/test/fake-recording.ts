/** A recording of another kernel, as an engine answers for an ftrace text. */
import type { Calls } from '../../../shared/contract'
import type { RunSummary } from '../../../shared/run'
import { FOREIGN, type ImportAnswer } from '../../../shared/interchange'
import { success } from '../../../shared/result'
import { fakeMap } from './fake-memory'

export function fakeRecording(run: number, name = 'pin.trace'): RunSummary {
  return {
    run,
    recipe: { scenario: name, seed: 0, set: {}, kernel: { patches: [], mode: 'strict' } },
    counterfactualReason: null,
    build: { patches: [], builds: true, missing: [], class: 'BASE' },
    events: 106,
    simTimeNs: 90_310_000,
    digest: '',
    outcomes: [],
    counters: {} as RunSummary['counters'],
    expectation: { class: 'BASE', met: true, failures: [] },
    requests: [],
    exercised: {},
    exercisedFixes: {},
    verdict: 'A recording of another kernel: 106 events, to be looked at, not stepped through',
    verdictGood: true,
    foreign: { name, what: FOREIGN.kernel, startNs: 2_431_566_000, cuts: [] },
  }
}

/** What is told of a trace that was imported. */
export function traceAnswer(run: number, name = 'pin.trace'): ImportAnswer {
  const unused = { lines: 0, first: [] }
  return {
    files: [{ file: name, kind: 'ftrace', lines: 120, took: ['106 events'], guessed: [], unused }],
    ...{ took: [], guessed: [], unused: [], scenario: null, noScenario: null },
    run: fakeRecording(run, name),
  }
}

/** What is told of `/proc` files, or of a log: a scenario was made of them. */
export function scenarioAnswer(scenario: string | null, noScenario: string | null): ImportAnswer {
  const unused = { lines: 0, first: [] }
  return {
    files: [{ file: 'buddyinfo', kind: 'buddyinfo', lines: 2, took: [], guessed: [], unused }],
    ...{ took: ['1 zone'], guessed: ['types of free blocks'], unused: [], run: null },
    ...{ scenario, noScenario },
  }
}

/** Maps of recordings beside those of a stand-in's runs. */
export function mapsOf(runs: Pick<Calls, 'pageMap'>): Pick<Calls, 'pageMap'> {
  return {
    pageMap: (run, at, mode) =>
      run < 1000
        ? runs.pageMap(run, at, mode)
        : Promise.resolve(success({ ...fakeMap('vexpress-128m', false), at, layer: null })),
  }
}
