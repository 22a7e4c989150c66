/** Whether the area a component stands in is in sight: one that is not should ask for nothing. */
import { inject, ref, type InjectionKey, type Ref } from 'vue'

export const AREA_SHOWN: InjectionKey<Readonly<Ref<boolean>>> = Symbol('area shown')

/** True outside of every dock. */
export function useAreaShown(): Readonly<Ref<boolean>> {
  return inject(AREA_SHOWN, () => ref(true), true)
}
