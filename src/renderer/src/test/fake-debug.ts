/** A debugger of the stand-in engine: it stands where it is brought, and answers as a test says. */
import type { Calls } from '../../../shared/contract'
import type { ConsoleReply, DebugState } from '../../../shared/debug'
import { failure, success } from '../../../shared/result'

export const FAKE_STATE: DebugState = {
  run: 0,
  at: { event: 0, step: 0, timeNs: 0 },
  actor: 'camera',
  why: '',
  stack: [],
  frame: 0,
  stops: [],
  checkpoints: [],
  forks: [],
  watches: [],
}

export interface FakeDebug {
  readonly calls: Partial<Calls>
  /** Lines run and places gone to, in their order: `0 seek 12`, `0 step`. */
  readonly did: readonly string[]
}

/** What a line is answered with besides the state it leaves. */
type Answer = (
  line: string,
  state: DebugState,
) => Partial<Omit<ConsoleReply, 'state'>> & {
  readonly state?: Partial<DebugState>
}

export function fakeDebug(answer: Answer = () => ({})): FakeDebug {
  const did: string[] = []
  const states = new Map<number, DebugState>()
  const stateOf = (run: number): DebugState => states.get(run) ?? { ...FAKE_STATE, run }
  const put = (run: number, part: Partial<DebugState>): DebugState => {
    const state = { ...stateOf(run), ...part }
    states.set(run, state)
    return state
  }
  return {
    did,
    calls: {
      align: () => Promise.resolve(success(null)),
      eventAt: (_run, timeNs) => Promise.resolve(success({ event: 1, step: 0, timeNs })),
      seek: (run, at) => {
        // As strict as the host.
        const more = Object.keys(at).find((key) => key !== 'event' && key !== 'step')
        if (more !== undefined) return Promise.resolve(failure('bad-input', `seek: ${more}`))
        did.push(`${run} seek ${at.event}${at.step === 0 ? '' : `.${at.step}`}`)
        return Promise.resolve(success(put(run, { at: { ...at, timeNs: at.event * 10 }, why: '' })))
      },
      consoleRun: (run, line) => {
        did.push(`${run} ${line}`)
        const { state, ...reply } = answer(line, stateOf(run))
        return Promise.resolve(
          success({
            ...{ text: '', how: 'done', prompt: '(pinscope) ', ...reply },
            state: put(run, state ?? {}),
          }),
        )
      },
      consoleComplete: () => Promise.resolve(success({ from: 0, candidates: [] })),
      addWatch: (run, expression) => {
        if (expression.endsWith('+')) {
          return Promise.resolve(failure('bad-input', 'expected a value (column 4)'))
        }
        did.push(`${run} add ${expression}`)
        const row = { id: 1, expression, value: '2', problem: null }
        return Promise.resolve(success(put(run, { watches: [row] })))
      },
      dropWatch: (run) => Promise.resolve(success(put(run, { watches: [] }))),
    },
  }
}
