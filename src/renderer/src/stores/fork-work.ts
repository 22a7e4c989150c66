/** A run that is being made for the tree: one at a time, with its progress, and cancelled on demand. */
import { shallowRef, type ShallowRef } from 'vue'
import type { Pinscope } from '../../../shared/contract'
import type { RunSummary } from '../../../shared/run'
import { failure, type Result } from '../../../shared/result'

/** A fork that is being made. */
export interface Making {
  readonly token: string
  readonly text: string
  readonly events: number
  readonly fraction: number
}

export interface ForkWork {
  readonly making: ShallowRef<Making | null>
  readonly work: (
    text: string,
    ask: (token: string) => Promise<Result<RunSummary>>,
  ) => Promise<Result<RunSummary>>
  readonly cancel: () => Promise<void>
}

export function useForkWork(pinscope: Pinscope): ForkWork {
  const making = shallowRef<Making | null>(null)
  let tokens = 0

  pinscope.listen('onDidProgress', ({ token, events, fraction }) => {
    if (making.value?.token === token) making.value = { ...making.value, events, fraction }
  })

  async function work(
    text: string,
    ask: (token: string) => Promise<Result<RunSummary>>,
  ): Promise<Result<RunSummary>> {
    if (making.value !== null) {
      const message = `A fork is being made (${making.value.text}): cancel it, or wait.`
      return failure('bad-input', message)
    }
    const token = `fork${++tokens}`
    making.value = { token, text, events: 0, fraction: 0 }
    const answer = await ask(token)
    making.value = null
    return answer
  }

  async function cancel(): Promise<void> {
    if (making.value !== null) await pinscope.cancel(making.value.token)
  }

  return { making, work, cancel }
}
