import type { Patch } from './patch'

export const PATCH_3: Patch = {
  number: 3,
  subject: 'mm: get_user_pages: use NON-MOVABLE pages when FOLL_DURABLE flag is set',
  files: ['include/linux/highmem.h', 'include/linux/mm.h', 'mm/memory.c'],
  summary:
    'Defines FOLL_DURABLE; copy-on-write faults under it allocate without __GFP_MOVABLE and so stay out of CMA.',
  defines: ['FAULT_FLAG_NO_CMA', 'FOLL_DURABLE'],
  uses: [],
  needs: [],
}
