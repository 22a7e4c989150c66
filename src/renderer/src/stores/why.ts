/**
 * Why a request of one of the runs failed. The engine is asked only while the explanation is in sight;
 * remedies are looked for when the user says so, as other runs must be made for that.
 */
import { defineStore } from 'pinia'
import { computed, effectScope, nextTick, ref, shallowRef, watch } from 'vue'
import type { RunId } from '../../../shared/run'
import { failure as fail, success, type Failure, type Result } from '../../../shared/result'
import type { Remedy, TroubleInfo, WhyReport } from '../../../shared/why'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useForksStore, type Otherwise } from './forks'
import { isComparable } from './fork-tree'
import { useHighlightStore } from './highlight'
import { useLatest } from './latest'
import { useSelectionStore } from './selection'
import { foreignOf, SIDES, type SideName } from './side'
import { useRemedies } from './why-remedies'
import { blockingPfns, firstTrouble, pinToGoTo } from './why-report'

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
  const remedies = useRemedies(pinscope)
  const { searching } = remedies
  /** The remedy that was carried out last, and why one could not be. */
  const applied = ref('')
  const applyFailure = shallowRef<Failure | null>(null)
  let isApplying = false
  let tokens = 0

  /** A recording of another kernel has no references that explained anything. */
  const runOf = (name: SideName): RunId | null =>
    foreignOf(comparison[name]) === null ? (comparison[name].shown?.summary.run ?? null) : null

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
  const explanation = useLatest(
    () => (run.value === null || n.value === null ? null : { run: run.value, n: n.value }),
    async (question) => await pinscope.why(question.run, question.n, false, `why${++tokens}`),
  )
  const key = computed(() => `${run.value} ${n.value}`)
  const report = computed<WhyReport | null>(() => {
    const { of, answer } = explanation
    const isOurs = of.value?.run === run.value && of.value.n === n.value
    return remedies.found.value.get(key.value) ?? (isOurs ? answer.value : null)
  })
  /** True once remedies of the shown request were looked for. */
  const hasRemedies = computed(() => remedies.found.value.has(key.value))
  const failure = computed(() => asked.failure.value ?? explanation.failure.value)
  const isSearching = computed(() => searching.value?.of === key.value)
  const pin = computed(() =>
    report.value === null ? null : pinToGoTo(report.value, selection.pfn),
  )

  /** A pin to go to, or none yet because nobody has looked. */
  const mayHavePin = computed(() => {
    if (pin.value !== null) return true
    const isOpen = report.value === null && troubles.value?.length !== 0 && failure.value === null
    return isOpen && SIDES.some((name) => runOf(name) !== null)
  })

  /** Nobody has seen an explanation of these runs: the first one that is shown may be of either. */
  let isFresh = true
  watch(
    () => SIDES.map(runOf),
    (now, before) => {
      if (now.every((id, i) => id !== before[i])) isFresh = true
    },
  )
  watch(troubles, (now) => {
    if (now === null || !isFresh) return
    isFresh = false
    if (now.length === 0) void chooseFirst()
  })

  /** Waits for the explanation, or for that there is none. */
  async function explained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const scope = effectScope(true)
      scope.run(() => {
        watch(
          () => !inSight.value || !mayHavePin.value || report.value !== null,
          async (isKnown) => {
            if (!isKnown) return
            resolve()
            await nextTick()
            scope.stop()
          },
          { immediate: true },
        )
      })
    })
  }

  watch(report, (shown) => (highlight.why = shown === null ? null : blockingPfns(shown)))
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
    if (run.value !== null && n.value !== null) await remedies.search(run.value, n.value)
  }

  /** Carries a remedy out: the explained run is A, still explained, and B has the change. */
  async function apply(remedy: Remedy): Promise<void> {
    applied.value = ''
    applyFailure.value = null
    isApplying = true
    const answer = await carryOut(remedy)
    await nextTick()
    isApplying = false
    if (answer.ok) applied.value = remedy.text
    else if (answer.error.code !== 'cancelled') applyFailure.value = answer.error
  }

  async function carryOut({ change, text }: Remedy): Promise<Result<unknown>> {
    const summary = comparison[side.value].shown?.summary
    if (summary?.run !== run.value) {
      return fail('not-found', 'The run is not shown any more: explain the one that is.')
    }
    if (runOf('a') !== summary.run) {
      const moved = await comparison.show({ a: summary })
      if (!moved.ok) return moved
    }
    side.value = 'a'
    if (change.how === 'kernel' && isPlain(summary.recipe)) {
      await comparison.chooseKernel('b', change.kernel)
      return success(null)
    }
    return await forks.fork(summary.run, otherwiseOf(change, text))
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
    remedyFailure: remedies.failure,
    pin,
    mayHavePin,
    explained,
    choose,
    chooseFirst,
    goToPin,
    findRemedies,
    cancelSearch: remedies.cancel,
    applied,
    applyFailure,
    apply,
  }
})

function otherwiseOf(change: Remedy['change'], text: string): Otherwise {
  if (change.how === 'fork') return { interventions: change.interventions }
  return change.how === 'plan' ? { changes: change.changes } : { kernel: change.kernel, text }
}
