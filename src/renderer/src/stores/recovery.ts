/**
 * Work that is not saved is kept as it changes, and what a window left that ended without saving is offered
 * back. What was left goes only by the user's word.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { LeftWork } from '../../../shared/recovery'
import { usePinscope } from '../wire/pinscope'
import { recoveryOf } from '../wire/recovery'
import { Pace } from './pace'
import { labelOf } from './recovery-text'
import { useSessionStore } from './session'

/** With what writing takes it is well below a second. */
const PACE_MS = 400

export const useRecoveryStore = defineStore('recovery', () => {
  const session = useSessionStore()
  const recovery = recoveryOf(window.pinscopeShell, usePinscope())

  const left = shallowRef<readonly LeftWork[]>([])
  const open = ref(false)
  /** Why work is not kept now, or what could not be done with what was left. */
  const trouble = ref<string | null>(null)
  const busy = ref(false)
  const any = computed(() => left.value.length > 0)

  /** Something of this window is kept. */
  let keeps = false
  const pace = new Pace(write, PACE_MS)

  watch([() => session.mark, () => session.opening !== null], ([mark, opening]) => {
    // Half a session that is being opened is nobody's work; the one before stays kept until it is replaced.
    if (recovery === null || opening) return
    if (mark !== null) pace.ask()
    else if (keeps) {
      pace.ask()
      void pace.flush()
    }
  })

  session.beforeSaving(async () => {
    if (session.mark !== null) pace.ask()
    await pace.flush()
  })

  async function write(): Promise<void> {
    if (recovery === null || session.opening !== null) return
    const { name, path, mark } = session
    if (mark !== null) keeps = true
    const answer = await (mark === null
      ? recovery.clear()
      : recovery.keep(session.docNow(), { name, path }))
    if (answer.ok && mark === null) keeps = false
    const said = answer.ok ? null : answer.error.message
    if (said !== null && said !== trouble.value) session.warn(said)
    trouble.value = said
  }

  /** Looks for what was left, and shows it where there is any. */
  async function offer(): Promise<void> {
    await look()
    open.value = any.value
  }

  async function look(): Promise<void> {
    const answer = await recovery?.left()
    if (answer === undefined) return
    if (answer.ok) left.value = answer.value
    else trouble.value = answer.error.message
  }

  /** Opens what was left as what it was: not saved, of the file it belongs to. */
  async function restore(work: LeftWork): Promise<void> {
    if (recovery === null || busy.value) return
    trouble.value = session.busy
      ? 'A session is being opened or saved. Restore when that has ended.'
      : null
    if (trouble.value !== null) return
    busy.value = true
    try {
      const file = await recovery.read(work.id)
      if (!file.ok) trouble.value = file.error.message
      if (!file.ok) return
      open.value = false
      session.take({
        ok: true,
        value: {
          ...{ path: work.path, name: labelOf(work), bytes: file.value.bytes },
          work: { name: work.name, opened: (whole) => void settle(work, whole) },
        },
      })
    } finally {
      busy.value = false
    }
  }

  /** It is this window's work now; what could not be read whole stays where it was. */
  async function settle(work: LeftWork, whole: boolean): Promise<void> {
    pace.ask()
    await pace.flush()
    if (whole && trouble.value === null) await discard(work)
    else await look()
  }

  async function discard(work: LeftWork): Promise<void> {
    const answer = await recovery?.discard(work.id)
    trouble.value = answer?.ok === false ? answer.error.message : null
    await look()
    if (!any.value) open.value = false
  }

  return { left, open, trouble, busy, any, offer, restore, discard }
})
