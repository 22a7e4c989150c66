/** Latent defects and doubtful points of the series (gup-migration 6.9), and where this project shows them. */
export interface Defect {
  /** 1..20: DEF-n. */
  readonly number: number
  readonly what: string
  /** How sure the specification is, per cent. */
  readonly certainty: number
  /** A run of the model shows it, or it is a remark that nothing in a run could show. */
  readonly shown: 'run' | 'note'
  /** FIX-n that answers to it. */
  readonly fix: number | null
}

function shown(number: number, certainty: number, what: string, fix: number | null = null): Defect {
  return { number, what, certainty, shown: 'run', fix }
}

function note(number: number, certainty: number, what: string): Defect {
  return { number, what, certainty, shown: 'note', fix: null }
}

export const DEFECTS: readonly Defect[] = [
  shown(
    1,
    95,
    'FOLL_DURABLE without FOLL_GET frees a page that is still mapped, and leaks one.',
    5,
  ),
  shown(2, 90, 'A racing MADV_DONTNEED leaves the caller with a frame that nobody filled.', 5),
  shown(3, 99, 'Isolation is tried once: a page off the LRU at that moment stays in CMA.', 1),
  shown(4, 95, 'Errors that are final are tried ten times.'),
  shown(5, 85, 'A huge page is never split and never replaced.', 6),
  note(6, 95, 'Patch 2 breaks kernels without an MMU; the model has none.'),
  shown(7, 99, 'Patch 3 misses the first write to anonymous memory and swap-in.', 4),
  shown(8, 99, 'The vectors of all CPUs are flushed once per CMA page.', 2),
  shown(9, 95, 'Pages of blocks being isolated count as CMA pages, wherever they are.'),
  shown(10, 99, 'A failed replacement is silent: the pin in CMA is reported as success.', 3),
  shown(11, 90, 'CMA and the pinning call can take the page off the LRU under each other.', 1),
  shown(12, 95, 'Pages replaced one by one lose the contiguity they had.'),
  shown(13, 95, 'Replacements stay in UNMOVABLE blocks long after the pin is gone.'),
  note(14, 85, 'Replacements ignore the NUMA policy of the area and the DMA limits of the device.'),
  shown(15, 85, 'A replaced page is no longer mlocked; one in the swap cache is left unmapped.'),
  note(16, 70, 'Locks that sleep for long are taken under mmap_sem.'),
  shown(17, 99, 'ZONE_MOVABLE, get_user_pages_fast, and callers not converted are not covered.', 7),
  note(18, 99, 'Replacements are not accounted: no isolation counters, vm events or trace point.'),
  note(19, 99, 'The comment of patch 1 names another function than the one below it.'),
  shown(20, 90, 'The caller has no pin while the passes run; the isolation keeps the frame.'),
]
