/** What actions do, and by which keys. Areas give the actions they carry out while they are there. */
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref, shallowReactive } from 'vue'
import { ACTIONS, type Action } from '../../../shared/actions'
import { isText, keep, membersThat, readKept } from './kept'

/** How an action is carried out, and whether it can be now. */
export interface ActionHandler {
  readonly run: () => unknown
  /** Read where it is shown, so it should be cheap. Left out: always. */
  readonly enabled?: () => boolean
}

/** Keys by action, where the user changed them. */
export type OwnKeys = Readonly<Record<string, readonly string[]>>

const KEY = 'pinscope.keys'
const KNOWN: ReadonlyMap<string, Action> = new Map(ACTIONS.map((a) => [a.id, a]))

export const useActionsStore = defineStore('actions', () => {
  const handlers = shallowReactive(new Map<string, ActionHandler>())
  const ownKeys = ref<OwnKeys>(readKeys())

  /** Actions by `area key`; the area is empty for those that work everywhere. */
  const bindings = computed(() => {
    const map = new Map<string, string>()
    for (const { id, area = '' } of ACTIONS) {
      for (const key of keysOf(id)) {
        if (!map.has(`${area} ${key}`)) map.set(`${area} ${key}`, id)
      }
    }
    return map
  })

  /** Gives actions their handlers; they are taken back with the scope that gave them. */
  function provide(given: Readonly<Record<string, ActionHandler | (() => unknown)>>): void {
    for (const [id, handler] of Object.entries(given)) {
      if (!KNOWN.has(id)) throw new Error(`there is no action ${id}`)
      const own = typeof handler === 'function' ? { run: handler } : handler
      handlers.set(id, own)
      onScopeDispose(() => {
        if (handlers.get(id) === own) handlers.delete(id)
      }, true)
    }
  }

  function isEnabled(id: string): boolean {
    const handler = handlers.get(id)
    return handler !== undefined && (handler.enabled?.() ?? true)
  }

  /** False when nobody carries it out now. */
  function run(id: string): boolean {
    if (!isEnabled(id)) return false
    handlers.get(id)?.run()
    return true
  }

  /** Carries an action out and waits for it, where it can be; the tour takes one after the other. */
  async function perform(id: string): Promise<void> {
    if (isEnabled(id)) await handlers.get(id)?.run()
  }

  /** Keys that an action has now. */
  function keysOf(id: string): readonly string[] {
    return ownKeys.value[id] ?? KNOWN.get(id)?.keys ?? []
  }

  /** The action of a key in an area; what the area has comes before what works everywhere. */
  function byKey(key: string, area: string | null): string | null {
    return bindings.value.get(`${area ?? ''} ${key}`) ?? bindings.value.get(` ${key}`) ?? null
  }

  /** Gives an action other keys; null gives it its first ones back. */
  function setKeys(id: string, keys: readonly string[] | null): void {
    const { [id]: _before, ...others } = ownKeys.value
    ownKeys.value = keys === null ? others : { ...others, [id]: keys }
    keep(KEY, ownKeys.value)
  }

  return { handlers, ownKeys, provide, isEnabled, run, perform, keysOf, byKey, setKeys }
})

function readKeys(): OwnKeys {
  return membersThat(
    readKept(KEY),
    (keys, id): keys is string[] => KNOWN.has(id) && Array.isArray(keys) && keys.every(isText),
  )
}
