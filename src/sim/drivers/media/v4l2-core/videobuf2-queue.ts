// Model of include/media/videobuf2-core.h, v3.9: buffers and queues.
import type { CmaArea } from '../../../machine/machine'
import type { DcBuffer } from './videobuf2-dma-contig'

export const VB2_BUF_STATE_DEQUEUED = 0
export const VB2_BUF_STATE_PREPARED = 1
export const VB2_BUF_STATE_QUEUED = 2
export const VB2_BUF_STATE_ACTIVE = 3
export const VB2_BUF_STATE_DONE = 4
export const VB2_BUF_STATE_ERROR = 5

/** The states by their numbers, as v4l2 programs call them. */
export const VB2_BUF_STATE_NAMES = ['dequeued', 'prepared', 'queued', 'active', 'done', 'error']

export interface Vb2Buffer {
  readonly index: number
  state: number
  /** Address and length of the last accepted USERPTR; 0 when none is stored (VB2-4). */
  userptr: number
  length: number
  memory: DcBuffer | null
}

/**
 * Memory operations a driver chose for its queue. The rules for MMAP buffers are those of the first
 * alone (VB2-28); a queue of the others does not offer that I/O method.
 */
export type Vb2Allocator = 'vb2-dma-contig' | 'vb2-dma-sg' | 'vb2-vmalloc'

/** What a modelled driver decides; left out, it takes everything. */
export interface Vb2Driver {
  readonly allocator?: Vb2Allocator
  /** Fewest buffers it works with (VB2-29); 1 when left out. */
  readonly minBuffers?: number
  /** Its buf_prepare: 0 or a negative errno (VB2-27). */
  readonly buf_prepare?: (index: number) => number
}

export interface Vb2Queue {
  readonly memory: 'userptr' | 'mmap'
  /** A capture device writes to memory, an output device reads. */
  readonly direction: 'capture' | 'output'
  /** Where MMAP buffers come from. */
  readonly area: CmaArea | undefined
  readonly driver: Vb2Driver
  plane_size: number
  streaming: boolean
  /** read() or write() drives the queue; the ioctls are refused meanwhile (VB2-2). */
  fileio: boolean
  readonly bufs: Vb2Buffer[]
  /** Indices the driver has finished, oldest first. */
  readonly done_list: number[]
}
