/**
 * The debugger of the run the cursor is in, and what its console has said. Every command is a line of the
 * console, typed or not. There is one cursor: before a command the debugger goes where the cursor stands,
 * and where it stops, the cursor stands.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RunSummary } from '../../../shared/run'
import type { ConsoleReply, DebugState } from '../../../shared/debug'
import type { Place } from '../../../shared/place'
import type { ForeignInfo } from '../../../shared/interchange'
import type { Failure, Result } from '../../../shared/result'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { carryOver } from './debug-carry'
import { isSamePlace, NO_DEBUG, type SideDebug } from './debug-side'
import { foreignOf, SIDES, type SideName } from './side'
import { answered, cleared, EMPTY_TRANSCRIPT, withBlock, type Block } from './transcript'

/** A line that the engine has not answered yet. */
export interface RunningLine {
  readonly token: string
  readonly line: string
  /** Where its search is. */
  readonly events: number
}

/** A field of the debugger that is to have the focus, as an action asked for it. */
export type AskedField = 'function' | 'watch'

export const useDebugStore = defineStore('debug', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()

  const sides = shallowRef<Readonly<Record<SideName, SideDebug>>>({ a: NO_DEBUG, b: NO_DEBUG })
  const transcript = shallowRef(EMPTY_TRANSCRIPT)
  const running = shallowRef<RunningLine | null>(null)
  /** Why the debugger could not be asked; null when it could. */
  const failure = shallowRef<Failure | null>(null)
  const asked = shallowRef<{ readonly field: AskedField } | null>(null)
  /** True while the debugger goes where the cursor stands. */
  const following = ref(false)

  const here = computed(() => sides.value[cursor.side])
  const summary = computed(() => summaryOf(cursor.side))
  /** There is nothing to step through where a recording of another kernel is shown. */
  const foreign = computed(() => foreignOf(comparison[cursor.side]))
  const state = computed(() => here.value.state)
  /** The debugger looks at a fork, which neither run of the window shows. */
  const inFork = computed(() => {
    const { state: shown, run } = here.value
    return shown === null || shown.run === run
      ? null
      : (shown.forks.find((fork) => fork.current) ?? null)
  })
  /** The debugger stands where the cursor stands. */
  const isHere = computed(() => isAt(cursor.side))
  const canRun = computed(
    () => summary.value !== null && running.value === null && !here.value.collecting,
  )

  for (const name of SIDES) {
    // A debugger belongs to a run; what stops it is set again in the next one.
    watch(
      () => comparison[name].shown?.summary,
      () => {
        const { state: last, carried } = sides.value[name]
        change(name, { ...NO_DEBUG, carried: last ?? carried })
        failure.value = null
      },
      { flush: 'sync' },
    )
  }

  pinscope.listen('onDidProgress', ({ token, events }) => {
    if (running.value?.token === token) running.value = { ...running.value, events }
  })
  pinscope.listen('onDidLoseEngine', ({ reason }) => {
    for (const name of SIDES) {
      const { state: last, carried } = sides.value[name]
      change(name, { ...NO_DEBUG, carried: last ?? carried })
    }
    const message = `The runs are gone: ${reason}. Run both again.`
    failure.value = { code: 'engine-lost', message }
    say(cursor.side, `${message}\n`)
  })

  function change(name: SideName, part: Partial<SideDebug>): void {
    sides.value = { ...sides.value, [name]: { ...sides.value[name], ...part } }
  }

  /** The run that a side shows; a recording is none. */
  function summaryOf(name: SideName): RunSummary | null {
    const { shown } = comparison[name]
    return foreignOf({ shown }) === null ? (shown?.summary ?? null) : null
  }

  function isAt(name: SideName): boolean {
    const { stood } = sides.value[name]
    return stood !== undefined && isSamePlace(stood, cursor.at[name])
  }

  /** What the window says itself, between the answers. */
  function say(side: SideName, text: string): void {
    transcript.value = withBlock(transcript.value, {
      ...{ side, text, prompt: '', line: null, how: 'note' },
    })
  }

  let last: Promise<unknown> = Promise.resolve()
  let tokens = 0

  /** One thing after the other: the debugger has one cursor. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }

  /** Brings the debugger of a run where the cursor stands. */
  async function follow(name: SideName = cursor.side): Promise<void> {
    await inTurn(async () => await goToCursor(name))
  }

  async function goToCursor(name: SideName): Promise<boolean> {
    await cursor.settled()
    const now = summaryOf(name)
    // A lost engine has no runs: what was said of that stays.
    if (now === null || comparison.engineLost !== null) return false
    if (isAt(name)) return true
    following.value = true
    try {
      if (!(await setAgain(name, now))) return false
      const place = cursor.at[name]
      // The host takes a place and nothing beside it: no time.
      const { event, step } = place ?? { event: now.events, step: 0 }
      const answer = await pinscope.seek(now.run, { event, step })
      if (summaryOf(name) !== now) return false
      if (!took(answer)) return false
      change(name, { state: answer.value, run: now.run, stood: place })
      return true
    } finally {
      following.value = false
    }
  }

  /** Sets in a new run what stopped the debugger in the one before it. */
  async function setAgain(name: SideName, { run }: RunSummary): Promise<boolean> {
    const { carried } = sides.value[name]
    if (carried === null || (carried.stops.length === 0 && carried.watches.length === 0))
      return true
    const answer = await carryOver(pinscope, run, carried, () => `debug${++tokens}`)
    // What could not be asked for is set again in the run after this one.
    if (!took(answer)) return false
    change(name, { carried: null })
    say(name, answer.value)
    return true
  }

  /** Notes whether the engine could be asked. */
  function took<T>(answer: Result<T>): answer is Extract<Result<T>, { ok: true }> {
    failure.value = answer.ok ? null : answer.error
    return answer.ok
  }

  /** Runs a line in the debugger of a run. Null: the engine could not be asked. */
  async function run(line: string, name: SideName = cursor.side): Promise<ConsoleReply | null> {
    return await inTurn(async () => await runNow(line, name))
  }

  async function runNow(line: string, name: SideName): Promise<ConsoleReply | null> {
    const id = transcript.value.nextId
    const { prompt } = sides.value[name]
    const block: Omit<Block, 'id'> = { side: name, prompt, line, text: '', how: 'running' }
    transcript.value = withBlock(transcript.value, block)
    const now = summaryOf(name)
    if (now === null) {
      end(id, `${noRunText(foreignOf(comparison[name]))}\n`, 'failed')
      return null
    }
    const token = `debug${++tokens}`
    running.value = { token, line, events: 0 }
    try {
      if (!(await goToCursor(name))) {
        end(id, `${failure.value?.message ?? 'The run was made anew meanwhile.'}\n`, 'failed')
        return null
      }
      const answer = await pinscope.consoleRun(now.run, line, token)
      if (!took(answer)) {
        end(id, `${answer.error.message}\n`, 'failed')
        return null
      }
      end(id, answer.value.text, answer.value.how)
      if (summaryOf(name) === now) await stand(name, now, answer.value)
      return answer.value
    } finally {
      running.value = null
    }
  }

  function end(id: number, text: string, how: Block['how']): void {
    transcript.value = answered(transcript.value, id, { text, how })
  }

  /** The cursor stands where the debugger stopped; in a fork it stays where the fork was made. */
  async function stand(name: SideName, now: RunSummary, reply: ConsoleReply): Promise<void> {
    const { state: next, prompt } = reply
    const isOwn = next.run === now.run
    const place = next.at.event >= now.events ? null : next.at
    const moved = isOwn && !isSamePlace(place, cursor.at[name])
    change(name, {
      ...{ state: next, prompt, run: now.run },
      collecting: !prompt.startsWith('('),
      stood: isOwn ? place : cursor.at[name],
    })
    if (moved) await cursor.stand(name, place)
  }

  /** Sets up the debugger of a run as a session had it; what was refused, in the console's words. */
  async function setUp(
    name: SideName,
    lines: readonly string[],
    watches: readonly string[],
  ): Promise<readonly string[]> {
    const refusals: string[] = []
    for (const line of lines) {
      const reply = await run(line, name)
      if (reply === null || reply.how === 'refused') refusals.push(`${line}: ${reply?.text ?? ''}`)
    }
    for (const expression of watches) {
      const why = await changeWatches(async (id) => await pinscope.addWatch(id, expression), name)
      if (why !== null) refusals.push(`${expression}: ${why.message}`)
    }
    return refusals
  }

  /** Forgets what would be set again in the next run. */
  function forget(): void {
    for (const name of SIDES) change(name, NO_DEBUG)
  }

  /** Ends the search that goes on. */
  async function stop(): Promise<void> {
    if (running.value !== null) await pinscope.cancel(running.value.token)
  }

  /** Shows an expression at every stop; why not, when it is none. */
  async function addWatch(expression: string): Promise<Failure | null> {
    return await changeWatches(async (id) => await pinscope.addWatch(id, expression))
  }

  async function dropWatch(watchId: number): Promise<Failure | null> {
    return await changeWatches(async (id) => await pinscope.dropWatch(id, watchId))
  }

  async function changeWatches(
    ask: (run: number) => Promise<Result<DebugState>>,
    name: SideName = cursor.side,
  ): Promise<Failure | null> {
    return await inTurn(async () => {
      if (!(await goToCursor(name))) return failure.value
      const now = summaryOf(name)
      if (now === null) return null
      const answer = await ask(now.run)
      if (!answer.ok) return answer.error
      if (summaryOf(name) === now) change(name, { state: answer.value })
      return null
    })
  }

  /** Goes to a place of the run that is debugged. */
  async function goTo(place: Place): Promise<void> {
    await cursor.goTo(cursor.side, place)
  }

  function clear(): void {
    transcript.value = cleared(transcript.value)
  }

  /** Asks the debugger's view for a field; it takes the wish back. */
  function askFor(field: AskedField): void {
    asked.value = { field }
  }

  return {
    ...{ sides, transcript, running, failure, asked, following },
    ...{ here, summary, foreign, state, inFork, isHere, canRun },
    ...{ follow, run, setUp, forget, stop, addWatch, dropWatch, goTo, clear, askFor },
  }
})

/** Why there is nothing to debug. */
function noRunText(recording: ForeignInfo | null): string {
  return recording === null
    ? 'There is no run yet; run the scenario first.'
    : `${recording.name} is ${recording.what}: there is nothing to step through.`
}
