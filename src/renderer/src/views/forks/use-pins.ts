/** Who pins the frame of a form where the fork would drop its pins. */
import { computed, type ComputedRef, type Ref } from 'vue'
import type { LedgerEntry } from '../../../../shared/page'
import type { RunSummary } from '../../../../shared/run'
import { countText, pfnText } from '../../../../shared/text'
import { pathText } from '../../components/kernel-text'
import { useLatest } from '../../stores/latest'
import { usePinscope } from '../../wire/pinscope'
import { readCount, readPfn, type ForkForm, type Problems } from './fork-form'

export interface Pins {
  /** `camera: vb2_ioctl_qbuf() › …`; empty while nothing is known. */
  readonly text: string
  /** Why there is nothing to drop; null when there is, or it is not known. */
  readonly problem: string | null
}

const UNKNOWN: Pins = { text: '', problem: null }

/** Pins in a ledger, told or missed. */
export function pinsOf(ledger: readonly LedgerEntry[], pfn: number, event: number): Pins {
  const pins = ledger.filter((entry) => entry.kind === 'pin')
  if (pins.length === 0) {
    const others = [...new Set(ledger.map((entry) => `${entry.kind} ${entry.holder}`.trim()))]
    const held = others.length === 0 ? 'nothing holds it' : `it is held by ${others.join(', ')}`
    return {
      text: '',
      problem: `Nobody pins ${pfnText(pfn)} at event ${countText(event)}: ${held}.`,
    }
  }
  const lines = pins.map(({ holder, path }) =>
    [holder, pathText(path)].filter((s) => s !== '').join(': '),
  )
  return { text: `Pinned by ${lines.join('; ')}.`, problem: null }
}

export function usePins(
  summary: Ref<RunSummary | null>,
  form: Ref<ForkForm | null>,
  problems: () => Problems,
): ComputedRef<Pins> {
  const pinscope = usePinscope()
  const page = useLatest(
    () => {
      const typed = form.value
      const wrong = problems()
      if (summary.value === null || typed?.change !== 'unpin') return null
      if (wrong.pfn !== undefined || wrong.event !== undefined) return null
      const { run } = summary.value
      return { run, pfn: readPfn(typed.pfn) ?? 0, event: readCount(typed.event) ?? 0 }
    },
    async ({ run, pfn, event }) => await pinscope.page(run, pfn, { event, step: 0 }),
  )
  return computed(() => {
    if (page.failure.value !== null) return { text: '', problem: page.failure.value.message }
    const [asked, answer] = [page.of.value, page.answer.value]
    return asked === null || answer === null
      ? UNKNOWN
      : pinsOf(answer.ledger, asked.pfn, asked.event)
  })
}
