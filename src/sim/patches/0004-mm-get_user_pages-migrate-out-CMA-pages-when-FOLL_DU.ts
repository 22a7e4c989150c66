import type { Patch } from './patch'

export const PATCH_4: Patch = {
  number: 4,
  subject: 'mm: get_user_pages: migrate out CMA pages when FOLL_DURABLE flag is set',
  files: ['mm/internal.h', 'mm/memory.c'],
  summary:
    '__get_user_pages() replaces a page found in a CMA pageblock before it hands out a FOLL_DURABLE pin.',
  defines: [],
  uses: ['FOLL_DURABLE', 'migrate_replace_page'],
  needs: [1, 3],
}
