/** The later policies that can take the place of the series (gup-migration 8). */
import type { PolicyName } from '../../machine/types'
import { AIO_CALLBACK } from './aio-callback'
import { GUP_NM } from './gup-nm'
import { LONGTERM_5_1 } from './longterm-5.1'
import { LONGTERM_5_13 } from './longterm-5.13'
import { MMU_NOTIFIER } from './mmu-notifier'
import type { Policy } from './policy'
import { UNPIN_CALLBACK } from './unpin-callback'

export const LATER_POLICIES: readonly Policy[] = [
  GUP_NM,
  AIO_CALLBACK,
  UNPIN_CALLBACK,
  MMU_NOTIFIER,
  LONGTERM_5_1,
  LONGTERM_5_13,
]

/** What is known of a policy; undefined for `rfc2013`, which is the series itself. */
export function policyOf(name: PolicyName): Policy | undefined {
  return LATER_POLICIES.find((p) => p.name === name)
}
