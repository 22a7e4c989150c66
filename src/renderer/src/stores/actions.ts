/** What actions do. Areas give the actions they carry out while they are there. */
import { defineStore } from 'pinia'
import { onScopeDispose, shallowReactive } from 'vue'
import { ACTIONS, type Action, type ActionId } from '../../../shared/actions'

/** How an action is carried out, and whether it can be now. */
export interface ActionHandler {
  readonly run: () => unknown
  /** Read where it is shown, so it should be cheap. Left out: always. */
  readonly enabled?: () => boolean
}

export const useActionsStore = defineStore('actions', () => {
  const handlers = shallowReactive(new Map<ActionId, ActionHandler>())
  const known: ReadonlyMap<ActionId, Action> = new Map(ACTIONS.map((a) => [a.id, a]))

  /** Gives actions their handlers; they are taken back with the scope that gave them. */
  function provide(given: Readonly<Record<ActionId, ActionHandler | (() => unknown)>>): void {
    for (const [id, handler] of Object.entries(given)) {
      if (!known.has(id)) throw new Error(`there is no action ${id}`)
      const own = typeof handler === 'function' ? { run: handler } : handler
      handlers.set(id, own)
      onScopeDispose(() => {
        if (handlers.get(id) === own) handlers.delete(id)
      }, true)
    }
  }

  function isEnabled(id: ActionId): boolean {
    const handler = handlers.get(id)
    return handler !== undefined && (handler.enabled?.() ?? true)
  }

  /** False when nobody carries it out now. */
  function run(id: ActionId): boolean {
    if (!isEnabled(id)) return false
    handlers.get(id)?.run()
    return true
  }

  return { handlers, provide, isEnabled, run }
})
