import type { Policy } from './policy'

export const UNPIN_CALLBACK: Policy = {
  name: 'unpin-callback',
  when: 'proposed in February 2013, hypothetical',
  summary:
    'Migration asks the owners of the pins on a page to let go, moves the page, and has them pin it again where it is then.',
  rules: ['MOD-3', 'MOD-4'],
  class: 'UNPIN',
  callers: ['vb2-dma-contig'],
  variants: {},
}
