/**
 * What a fork does otherwise than the run it comes from: plain data, part of the recipe. `at` is a
 * number of events: an intervention comes when so many have happened.
 */
import type { InjectableName } from '../machine/fault'
import type { KernelSpec } from '../machine/types'

export type Intervention = { readonly at: number } & (
  | /** Every pin on the frame is dropped, as its holder's driver would do it. */
    { readonly do: 'unpin'; readonly pfn: number }
    /** lru_add_drain_all, then drain_all_pages, on all CPUs. */
  | { readonly do: 'drain' }
  /** From here on it is another kernel. Calls under way end in the one in which they began. */
  | { readonly do: 'kernel'; readonly kernel: KernelSpec }
  /** The actor's thread goes on so much later. */
  | { readonly do: 'sleep'; readonly actor: string; readonly ns: number }
  /** The n-th call of the function from here on fails with `ret`, a negative errno. */
  | {
      readonly do: 'inject'
      readonly fn: InjectableName
      readonly nth: number
      readonly ret: number
    }
)

/** An intervention that cannot be: the run went on without it. */
export interface Refusal {
  /** Its place in the list. */
  readonly index: number
  readonly intervention: Intervention
  /** Why, in words that say what to do about it. */
  readonly reason: string
}
