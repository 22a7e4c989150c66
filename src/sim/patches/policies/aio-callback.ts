import type { Policy } from './policy'

export const AIO_CALLBACK: Policy = {
  name: 'aio-callback',
  when: '3.12',
  summary:
    'The aio ring lives in a file of its own, whose migration callback moves the reference of its owner along.',
  rules: ['MOD-1', 'MOD-2'],
  class: 'AIOCB',
  callers: ['aio'],
  variants: {},
}
