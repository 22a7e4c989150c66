import type { Policy } from './policy'

export const MMU_NOTIFIER: Policy = {
  name: 'mmu-notifier',
  when: 'proposed in March 2013, hypothetical',
  summary:
    'Owners are told when migration unmaps a page they have pinned, let go some attempts later, and pin anew at the next use.',
  rules: ['MOD-5'],
  class: 'NOTIFIER',
  callers: ['vb2-dma-contig'],
  variants: {},
}
