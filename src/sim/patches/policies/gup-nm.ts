import type { Policy } from './policy'

export const GUP_NM: Policy = {
  name: 'gup-nm',
  when: 'February 2013, never merged',
  summary:
    'get_user_pages_non_movable pins all pages, moves those in ZONE_MOVABLE as one batch and pins again, or pins none.',
  rules: ['MOD-2a', 'MOD-2b', 'MOD-2c'],
  class: 'GUPNM',
  callers: ['vb2-dma-contig', 'aio'],
  variants: {
    cma: {
      class: 'GUPNMCMA',
      summary: 'The same for CMA pages in place of those in ZONE_MOVABLE.',
    },
  },
}
