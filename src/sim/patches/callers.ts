/** Callers of get_user_pages that can be converted to the long-term flag (P0-4). */
import type { CallerName } from '../machine/types'

export interface Caller {
  readonly name: CallerName
  /** What is converted, in one sentence. */
  readonly summary: string
  /** The patch of the series that converts it; null when none does. */
  readonly patch: number | null
}

function caller(name: CallerName, summary: string, patch: number | null = null): Caller {
  return { name, summary, patch }
}

export const CALLER_LIST: readonly Caller[] = [
  caller('vb2-dma-contig', 'USERPTR buffers of videobuf2 in one piece, or behind an IOMMU.', 5),
  caller('vb2-dma-sg', 'USERPTR buffers of videobuf2 as scatterlists.'),
  caller('vb2-vmalloc', 'USERPTR buffers of videobuf2 that the kernel maps for itself.'),
  caller('aio', 'The ring of io_setup(), pinned for as long as the context lives.'),
  caller('direct-io', 'Buffers of O_DIRECT, pinned while the transfer runs.'),
  caller('rdma', 'Memory registered with an RDMA device.'),
  caller(
    'every-gup',
    'Turns the default round: every plain call of get_user_pages migrates, get_user_pages_fast does not.',
  ),
]
