/** What is done with rows: copied as text, or stopped at by the debugger. The last word on it is kept. */
import { shallowRef, type ShallowRef } from 'vue'
import type { EventLine, EventsTextForm } from '../../../../shared/events'
import type { RowRange } from '../../components/virtual-keys'
import { useDebugStore } from '../../stores/debug'
import { usePinscope } from '../../wire/pinscope'
import { copiedText, copyPlan } from './copy-text'
import type { EventPages } from './event-pages'

export interface Notice {
  readonly text: string
  readonly good: boolean
}

interface RowWork {
  readonly notice: ShallowRef<Notice | null>
  /** @param chosen null copies all rows */
  readonly copy: (pages: EventPages, chosen: RowRange | null, form: EventsTextForm) => Promise<void>
  readonly breakOn: (pages: EventPages, line: EventLine) => Promise<void>
}

export function useRowWork(): RowWork {
  const pinscope = usePinscope()
  const debug = useDebugStore()
  const notice = shallowRef<Notice | null>(null)

  async function copy(
    { listed: { run, filter, matches } }: EventPages,
    chosen: RowRange | null,
    form: EventsTextForm,
  ): Promise<void> {
    const plan = copyPlan(chosen, matches)
    const answer = await pinscope.eventsText(run, filter, plan.from, plan.to, form)
    if (!answer.ok) {
      notice.value = { text: `Nothing was copied: ${answer.error.message}`, good: false }
      return
    }
    try {
      await navigator.clipboard.writeText(answer.value)
      notice.value = { text: copiedText(plan, form), good: true }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      notice.value = {
        text: `The system did not take the text for the clipboard: ${why}`,
        good: false,
      }
    }
  }

  /** By the console's own command, which shows there as if it had been typed. */
  async function breakOn({ listed: { side } }: EventPages, { name }: EventLine): Promise<void> {
    const reply = await debug.run(`break event ${name}`, side)
    const text = reply?.text.trim() ?? debug.failure?.message ?? 'The debugger could not be asked.'
    notice.value = { text, good: reply?.how === 'done' }
  }

  return { notice, copy, breakOn }
}
