import type { Patch } from './patch'

export const PATCH_1: Patch = {
  number: 1,
  subject: 'mm: introduce migrate_replace_page() for migrating page to the given target',
  files: ['include/linux/migrate.h', 'mm/migrate.c'],
  summary:
    'Adds migrate_replace_page(): moves one page, pinned by the caller alone, onto a page the caller supplies.',
  defines: ['migrate_replace_page'],
  uses: [],
  needs: [],
}
