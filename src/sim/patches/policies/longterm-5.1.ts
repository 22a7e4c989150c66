import type { Policy } from './policy'

export const LONGTERM_5_1: Policy = {
  name: 'longterm-5.1',
  when: '5.1 to 5.12',
  summary:
    'Long-term pins fault in outside CMA and move CMA pages as one batch; what does not move is pinned in CMA all the same.',
  rules: ['MOD-6', 'MOD-7', 'MOD-8', 'MOD-9', 'MOD-10', 'MOD-11', 'MOD-12', 'MOD-13', 'MOD-14'],
  class: 'L51',
  callers: ['vb2-dma-contig'],
  variants: {},
}
