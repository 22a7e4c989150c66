import type { Patch } from './patch'

export const PATCH_2: Patch = {
  number: 2,
  subject: 'mm: get_user_pages: use static inline',
  files: ['include/linux/mm.h', 'mm/memory.c'],
  summary: 'Turns the get_user_pages() wrapper into a static inline; behaviour stays the same.',
  defines: [],
  uses: [],
  needs: [],
}
