/** The filter while it is typed: whether it is one, and what may follow. */
import {
  computed,
  nextTick,
  ref,
  shallowRef,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import type { TextProblem } from '../../../../shared/events'
import { success } from '../../../../shared/result'
import { useFilterStore } from '../../stores/filter'
import { useLatest } from '../../stores/latest'
import { usePinscope } from '../../wire/pinscope'
import {
  fieldState,
  historyOffer,
  NO_OFFER,
  offerOf,
  taken,
  type FieldState,
  type Offer,
} from './filter-field-model'

export interface FilterField {
  readonly problem: ComputedRef<TextProblem | null>
  readonly state: ComputedRef<FieldState>
  readonly offer: ShallowRef<Offer>
  /** Index of the word that is pointed at; -1 for none. */
  readonly pointed: Ref<number>
  /** Offers what may follow; with nothing typed, what was applied before. */
  readonly suggest: (always?: boolean) => Promise<void>
  readonly suggestHistory: () => void
  readonly close: () => void
  readonly take: (word: string) => Promise<void>
  readonly point: (by: 1 | -1) => void
}

export function useFilterField(input: Readonly<ShallowRef<HTMLInputElement | null>>): FilterField {
  const pinscope = usePinscope()
  const filter = useFilterStore()
  const offer = shallowRef<Offer>(NO_OFFER)
  const pointed = ref(-1)
  let question = 0

  const check = useLatest(
    () => {
      const run = filter.summary?.run
      return run === undefined || filter.typed.trim() === '' ? null : { run, text: filter.typed }
    },
    async ({ run, text }) => {
      const answer = await pinscope.checkFilter(run, text)
      return answer.ok ? success({ filter: text, problem: answer.value }) : answer
    },
  )
  const state = computed(() => fieldState(filter.typed, check.answer.value))
  // The last problem stays while the next text is read, so that the line under the field does not flicker.
  const problem = computed(() =>
    filter.typed.trim() === '' ? null : (check.answer.value?.problem ?? null),
  )

  function show(next: Offer): void {
    question++
    offer.value = next
    pointed.value = -1
  }

  function close(): void {
    show(NO_OFFER)
  }

  function suggestHistory(): void {
    show(historyOffer(filter.typed, filter.history))
  }

  async function suggest(always = false): Promise<void> {
    const run = filter.summary?.run
    const element = input.value
    if (run === undefined || element === null) return
    const text = element.value
    if (text.trim() === '' && !always) {
      close()
      return
    }
    const cursor = element.selectionStart ?? text.length
    const asked = ++question
    const answer = await pinscope.completeFilter(run, text, cursor)
    if (asked !== question || !answer.ok) return
    show(offerOf(text, cursor, answer.value.from, answer.value.candidates))
  }

  async function take(word: string): Promise<void> {
    const after = taken(filter.typed, offer.value, word)
    filter.typed = after.text
    close()
    await nextTick()
    input.value?.focus()
    input.value?.setSelectionRange(after.cursor, after.cursor)
  }

  function point(by: 1 | -1): void {
    const { length } = offer.value.words
    if (length > 0)
      pointed.value = (Math.max(pointed.value, by === 1 ? -1 : 0) + by + length) % length
  }

  return { problem, state, offer, pointed, suggest, suggestHistory, close, take, point }
}
