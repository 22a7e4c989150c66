/** How views and stores reach the engine: one injected object, whatever carries it. */
import { inject, type InjectionKey } from 'vue'
import type { Pinscope } from '../../../shared/contract'

export const PINSCOPE: InjectionKey<Pinscope> = Symbol('pinscope')

export function usePinscope(): Pinscope {
  const pinscope = inject(PINSCOPE)
  if (pinscope === undefined) throw new Error('no engine was provided to the application')
  return pinscope
}
