import { functionsOf, type FunctionInfo } from './functions_info'

const memory = functionsOf('mm/memory.c')
const huge = functionsOf('mm/huge_memory.c')
const gup = functionsOf('mm/gup.c')
const mmap = functionsOf('mm/mmap.c')
const mlock = functionsOf('mm/mlock.c')
const hotplug = functionsOf('mm/memory_hotplug.c')

const FAULT = { mm: 'mm', address: 'vpn', flags: 'flags' } as const
const RANGE = { mm: 'mm', start: 'vpn', nr_pages: 'count' } as const

const FAULTS: Readonly<Record<string, FunctionInfo>> = {
  handle_mm_fault: memory('FLT-2', { address: 'vpn', flags: 'flags', mm: 'mm' }, 'flags'),
  handle_pte_fault: memory('FLT-3', FAULT, 'flags'),
  do_anonymous_page: memory('FLT-5', FAULT, 'flags', { page: 'page' }),
  do_swap_page: memory('FLT-12', FAULT, 'flags', { page: 'page' }),
  swapin_readahead: functionsOf('mm/swap_state.c')('FLT-12', { entry: 'index' }, 'page'),
  __do_fault: memory('FLT-16', FAULT, 'flags'),
  do_wp_page: memory('FLT-7', FAULT, 'flags', { old_page: 'page', new_page: 'page' }),
  filemap_fault: functionsOf('mm/filemap.c')(
    'FLT-16',
    { mapping: 'index', pgoff: 'index' },
    'page',
  ),
  truncate_inode_pages: functionsOf('mm/truncate.c')('REF-6', { mapping: 'index' }, 'void'),
  do_huge_pmd_anonymous_page: huge('FLT-1', { mm: 'mm', address: 'vpn' }, 'flags'),
  do_huge_pmd_wp_page: huge('FLT-7', { mm: 'mm', address: 'vpn' }, 'flags'),
  split_huge_page: huge('MIG-12', { page: 'page' }, 'number'),
}

const PINS: Readonly<Record<string, FunctionInfo>> = {
  get_user_pages: memory('GUP-1', { ...RANGE, gup_flags: 'flags' }, 'errno'),
  __get_user_pages: memory('GUP-12', { ...RANGE, gup_flags: 'flags' }, 'errno', {
    i: 'count',
    page: 'page',
  }),
  follow_page_mask: memory('REF-7', { address: 'vpn', flags: 'flags' }, 'page'),
  migrate_replace_cma_page: memory('P4-3', { page: 'page' }, 'page', { newpage: 'page' }),
  get_user_pages_fast: gup('GUP-15', { ...RANGE, write: 'flags' }, 'errno', { nr: 'count' }),
  get_user_pages_non_movable: memory('MOD-2b', { ...RANGE, gup_flags: 'flags' }, 'errno'),
  __gup_longterm_locked: gup('MOD-8', { ...RANGE, gup_flags: 'flags' }, 'errno'),
  check_and_migrate_cma_pages: gup('MOD-10', { start: 'vpn', nr_pages: 'count' }, 'errno'),
  check_and_migrate_movable_pages: gup('MOD-18', { start: 'vpn', nr_pages: 'count' }, 'errno'),
  new_non_cma_page: gup('MOD-12', { page: 'page' }, 'page'),
}

const AREAS: Readonly<Record<string, FunctionInfo>> = {
  do_mmap: mmap('FLT-6', { mm: 'mm', nr_pages: 'count', vm_flags: 'flags' }, 'vpn'),
  do_munmap: mmap('FLT-20', RANGE, 'errno'),
  exit_mmap: mmap('FLT-21', { mm: 'mm' }, 'void'),
  unmap_region: mmap('FLT-20', { mm: 'mm', nr_areas: 'count' }, 'void'),
  unmap_page_range: memory('FLT-20', { mm: 'mm', start: 'vpn', end: 'vpn' }, 'void'),
  free_pgtables: memory(
    'FLT-20',
    { mm: 'mm', start: 'vpn', end: 'vpn', floor: 'vpn', ceiling: 'vpn' },
    'void',
    { freed: 'count' },
  ),
  remap_pfn_range: memory('REF-11', { mm: 'mm', start: 'vpn', page: 'page', nr: 'count' }, 'errno'),
  madvise_dontneed: functionsOf('mm/madvise.c')('FLT-20', RANGE, 'errno'),
  sys_mlock: mlock('FLT-19', RANGE, 'errno'),
  sys_munlock: mlock('FLT-19', RANGE, 'errno'),
  do_fork: functionsOf('kernel/fork.c')('FLT-17', { mm: 'mm' }, 'errno'),
  do_exit: functionsOf('kernel/exit.c')('FLT-21', {}, 'void'),
}

const HOTPLUG: Readonly<Record<string, FunctionInfo>> = {
  offline_pages: hotplug('MIG-44', { start_pfn: 'pfn', end_pfn: 'pfn', timeout: 'ns' }, 'errno', {
    pfn: 'pfn',
    retry_max: 'count',
  }),
  do_migrate_range: hotplug('11.3.1', { start_pfn: 'pfn', end_pfn: 'pfn' }, 'errno', {
    not_managed: 'bool',
  }),
  scan_lru_pages: hotplug('11.2 step 7', { start: 'pfn', end: 'pfn' }, 'pfn'),
  check_pages_isolated: hotplug('11.2 step 8', { start_pfn: 'pfn', end_pfn: 'pfn' }, 'errno'),
  online_pages: hotplug('11.1.1', { pfn: 'pfn', nr_pages: 'count' }, 'errno'),
}

/** Functions of faults, pins, address spaces and memory hotplug. */
export const MEMORY_FUNCTIONS: Readonly<Record<string, FunctionInfo>> = {
  ...FAULTS,
  ...PINS,
  ...AREAS,
  ...HOTPLUG,
}
