/** Names of the calls that actors make, as the trace numbers them. */
const CALL_NAMES = [
  'mmap',
  'munmap',
  'write',
  'read',
  'fill',
  'fork',
  'exit',
  'alloc_pages',
  '__free_pages',
  'open',
  'VIDIOC_REQBUFS',
  'VIDIOC_QBUF',
  'VIDIOC_DQBUF',
  'VIDIOC_STREAMON',
  'VIDIOC_STREAMOFF',
  'close',
  'dma_alloc_from_contiguous',
  'dma_release_from_contiguous',
  'get_user_pages',
  'put_page',
  'lru_add_drain_all',
  'drain_all_pages',
  'mlock',
  'munlock',
  'madvise',
  'place',
  'read_file',
  'write_file',
  'lock_page',
  'set_page_writeback',
  'isolate_lru_page',
  'release',
  'direct I/O',
  'device reads',
  'io_setup',
  'io_destroy',
  'offline',
  'online',
  'compact_nodes',
  'sync',
  'get_bh',
] as const

export type CallText = (typeof CALL_NAMES)[number]

/** Number of a call in sim_call events. */
export function callNumber(name: CallText): number {
  return CALL_NAMES.indexOf(name)
}

/** Number of a call by any name; -1 when no call is called so. */
export function callNumberOf(name: string): number {
  return (CALL_NAMES as readonly string[]).indexOf(name)
}

/** The call with that number. */
export function callName(n: number): string {
  return CALL_NAMES[n] ?? `call ${n}`
}
