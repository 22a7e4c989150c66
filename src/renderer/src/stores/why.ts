/**
 * Why a request of one of the runs failed. The engine is asked only while the explanation is in sight;
 * remedies are looked for when the user says so, as other runs must be made for that.
 */
import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import type { RunId } from '../../../shared/contract'
import { failure as fail, success, type Failure, type Result } from '../../../shared/result'
import type { Remedy, TroubleInfo, WhyReport } from '../../../shared/why'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useForksStore } from './forks'
import { isComparable } from './fork-tree'
import { useHighlightStore } from './highlight'
import { useLatest } from './latest'
import { useSelectionStore } from './selection'
import { SIDES, type SideName } from './side'
import { blockingPfns, firstTrouble, pinToGoTo } from './why-report'

/** A search for remedies under way. */
export interface Searching {
  readonly token: string
  readonly of: string
  /** Changed runs so far. */
  readonly runs: number
  readonly events: number
}

export const useWhyStore = defineStore('why', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const forks = useForksStore()
  const selection = useSelectionStore()
  const highlight = useHighlightStore()

  const side = ref<SideName>('a')
  const inSight = ref(false)
  const picked = shallowRef<{ readonly run: RunId; readonly n: number } | null>(null)
  /** The run that is explained; one that came while nobody looked is asked about later. */
  const run = shallowRef<RunId | null>(null)
  const remedied = shallowRef<ReadonlyMap<string, WhyReport>>(new Map())
  const searching = shallowRef<Searching | null>(null)
  const remedyFailure = shallowRef<Failure | null>(null)
  /** The remedy that was carried out last, and why one could not be. */
  const applied = ref('')
  const applyFailure = shallowRef<Failure | null>(null)
  let isApplying = false
  let tokens = 0

  const runOf = (name: SideName): RunId | null => comparison[name].shown?.summary.run ?? null

  watch(
    () => cursor.side,
    (name) => {
      if (!isApplying) side.value = name
    },
  )
  watch(
    [inSight, () => runOf(side.value)],
    ([seen, now]) => (run.value = seen || run.value === now ? now : null),
    { immediate: true },
  )

  const asked = useLatest(
    () => (run.value === null ? null : { run: run.value }),
    async (question) => await pinscope.troubles(question.run),
  )
  /** Null while they are not known. */
  const troubles = computed(() => (asked.of.value?.run === run.value ? asked.answer.value : null))
  const n = computed(() => {
    if (picked.value !== null && picked.value.run === run.value) return picked.value.n
    return troubles.value === null ? null : (firstTrouble(troubles.value)?.n ?? null)
  })
  const explained = useLatest(
    () => (run.value === null || n.value === null ? null : { run: run.value, n: n.value }),
    async (question) => await pinscope.why(question.run, question.n, false, `why${++tokens}`),
  )
  const key = computed(() => `${run.value} ${n.value}`)
  const report = computed<WhyReport | null>(() => {
    const { of, answer } = explained
    const isOurs = of.value?.run === run.value && of.value.n === n.value
    return remedied.value.get(key.value) ?? (isOurs ? answer.value : null)
  })
  /** True once remedies of the shown request were looked for. */
  const hasRemedies = computed(() => remedied.value.has(key.value))
  const failure = computed(() => asked.failure.value ?? explained.failure.value)
  const isSearching = computed(() => searching.value?.of === key.value)
  const pin = computed(() =>
    report.value === null ? null : pinToGoTo(report.value, selection.pfn),
  )

  watch(report, (shown) => (highlight.why = shown === null ? null : blockingPfns(shown)))
  pinscope.listen('onDidProgress', ({ token, events }) => {
    const now = searching.value
    if (now?.token !== token) return
    searching.value = { ...now, events, runs: events < now.events ? now.runs + 1 : now.runs }
  })
  pinscope.listen('onDidLoseEngine', () => (remedied.value = new Map()))

  function choose(trouble: number): void {
    applied.value = ''
    applyFailure.value = null
    if (run.value !== null) picked.value = { run: run.value, n: trouble }
  }

  /** Chooses the first request that failed: of the run looked at, or else of the other. */
  async function chooseFirst(): Promise<void> {
    const order: readonly SideName[] = [cursor.side, ...SIDES.filter((s) => s !== cursor.side)]
    const found: { readonly side: SideName; readonly run: RunId; readonly first: TroubleInfo }[] =
      []
    for (const name of order) {
      const id = runOf(name)
      const answer = id === null ? null : await pinscope.troubles(id)
      const first = answer?.ok === true ? firstTrouble(answer.value) : null
      if (id !== null && first !== null) found.push({ side: name, run: id, first })
    }
    const best = found.find(({ first }) => first.ret < 0) ?? found[0]
    if (best?.run !== undefined && runOf(best.side) === best.run) {
      side.value = best.side
      picked.value = { run: best.run, n: best.first.n }
    }
  }

  /** Both cursors go to where the pin was taken, and its page is selected. */
  async function goToPin(): Promise<void> {
    const found = pin.value
    if (found === null) return
    selection.jumpToPage(side.value, found.pfn)
    await cursor.goToEvent(side.value, found.event)
  }

  /** Looks for changes with which the shown request succeeds. */
  async function findRemedies(): Promise<void> {
    if (run.value === null || n.value === null || searching.value !== null) return
    const [of, token] = [key.value, `remedies${++tokens}`]
    searching.value = { token, of, runs: 1, events: 0 }
    remedyFailure.value = null
    const answer = await pinscope.why(run.value, n.value, true, token)
    searching.value = null
    if (answer.ok) remedied.value = new Map([...remedied.value, [of, answer.value]])
    else if (answer.error.code !== 'cancelled') remedyFailure.value = answer.error
  }

  async function cancelSearch(): Promise<void> {
    if (searching.value !== null) await pinscope.cancel(searching.value.token)
  }

  /** Carries a remedy out: the explained run stays as A, still explained, and B has the change. */
  async function apply(remedy: Remedy): Promise<void> {
    const explainedRun = run.value
    applied.value = ''
    applyFailure.value = null
    isApplying = true
    const answer = await carryOut(remedy)
    await nextTick()
    isApplying = false
    if (runOf('a') === explainedRun) side.value = 'a'
    if (answer.ok) applied.value = remedy.text
    else if (answer.error.code !== 'cancelled') applyFailure.value = answer.error
  }

  async function carryOut(remedy: Remedy): Promise<Result<null>> {
    const summary = comparison[side.value].shown?.summary
    if (summary?.run !== run.value) {
      return fail('not-found', 'The run is not shown any more: explain the one that is.')
    }
    const { change, text } = remedy
    if (change.how === 'kernel' && isPlain(summary.recipe)) {
      if (runOf('a') !== summary.run) await comparison.show({ a: summary })
      await comparison.chooseKernel('b', change.kernel)
      return success(null)
    }
    const made = await forks.fork(
      summary.run,
      change.how === 'fork'
        ? { interventions: change.interventions }
        : change.how === 'plan'
          ? { changes: change.changes }
          : { kernel: change.kernel, text },
    )
    return made.ok ? success(null) : made
  }

  /** A run of the recipe both sides share, with nothing forked. */
  function isPlain(recipe: Parameters<typeof isComparable>[0]): boolean {
    const { scenarioId: scenario, seed, set } = comparison
    const isForked = (recipe.interventions ?? []).length + (recipe.changes ?? []).length > 0
    return !isForked && isComparable(recipe, { ...recipe, scenario, seed, set })
  }

  return {
    side,
    inSight,
    run,
    n,
    troubles,
    report,
    failure,
    hasRemedies,
    searching,
    isSearching,
    remedyFailure,
    pin,
    choose,
    chooseFirst,
    goToPin,
    findRemedies,
    cancelSearch,
    applied,
    applyFailure,
    apply,
  }
})
