import type { Policy } from './policy'

export const LONGTERM_5_13: Policy = {
  name: 'longterm-5.13',
  when: '5.13 to 5.18; with isolated blocks 5.19; recent after that',
  summary:
    'Long-term pins leave CMA and ZONE_MOVABLE or fail; a page that cannot be isolated is tried again without bound.',
  rules: ['MOD-15', 'MOD-16', 'MOD-17', 'MOD-18', 'MOD-19', 'MOD-20', 'MOD-21'],
  class: 'L513',
  callers: ['vb2-dma-contig'],
  variants: {
    isolate: { class: 'L513', summary: 'As from 5.19: pages of isolated blocks cannot be pinned.' },
    recent: { class: 'L513', summary: 'As after that: also drains later and less often.' },
  },
}
