/** The calls an actor can make, with their arguments: pages, nanoseconds, names of the program. */
import type { Instruction } from './types'

/** Pages of an area: from one on, so many of them (null = to its end). */
interface Range {
  readonly area: string
  readonly from: number
  readonly pages: number | null
}

interface Touch<Op extends string> extends Range {
  readonly op: Op
  readonly order: 'ascending' | 'descending'
}

interface OnRange<Op extends string> extends Range {
  readonly op: Op
}

interface OnFile<Op extends string> {
  readonly op: Op
  readonly file: string
  readonly from: number
  readonly pages: number | null
}

interface OnQueue<Op extends string> {
  readonly op: Op
  readonly queue: string
}

export type MemoryCall =
  | {
      readonly op: 'mmap'
      readonly as: string
      readonly pages: number
      readonly locked: boolean
      /** A file of the machine, or null for anonymous memory. */
      readonly file: string | null
      readonly shared: boolean
    }
  | { readonly op: 'munmap'; readonly area: string }
  | Touch<'write'>
  | Touch<'read'>
  | OnRange<'mlock'>
  | OnRange<'munlock'>
  | OnRange<'dontneed'>
  /** Maps and writes pages until movable requests are served from CMA alone (errata 6). */
  | { readonly op: 'fill'; readonly as: string; readonly maxPages: number; readonly slack: number }
  /**
   * Explicit placement: maps fresh anonymous pages on chosen frames of a CMA area. No fault path would
   * choose them; it stands for a history that is not modelled (errata 3).
   */
  | {
      readonly op: 'place'
      readonly as: string
      /** Index of the CMA area. */
      readonly cma: number
      readonly first: number
      readonly pages: number
      /** Frames from one page of the area to the next. */
      readonly stride: number
    }
  | { readonly op: 'fork'; readonly as: string; readonly program: readonly Instruction[] }
  | { readonly op: 'exit' }

export type FileCall = OnFile<'readFile'> | OnFile<'writeFile'>

export type KernelCall =
  /** Kernel allocations: `blocks` blocks of 2^order pages. */
  | {
      readonly op: 'allocPages'
      readonly as: string
      readonly gfp: number
      readonly order: number
      readonly blocks: number
    }
  /** Frees every `every`-th of those blocks. */
  | { readonly op: 'freePages'; readonly of: string; readonly every: number }
  | { readonly op: 'drain'; readonly what: 'lru' | 'pcp' }
  /** Writes /proc/sys/vm/compact_memory: every zone is compacted, whole and synchronously. */
  | { readonly op: 'compact' }
  /** sync(2): every dirty page of a file that can be written is written, and waited for. */
  | { readonly op: 'sync' }
  /** Writes the state file of a memory block. */
  | { readonly op: 'offline'; readonly block: number }
  | { readonly op: 'online'; readonly block: number }

/** What keeps a page busy without a pin. */
export type HoldKind = 'lock' | 'writeback' | 'lru'

/** What is held until a release. */
export type HeldKind = HoldKind | 'buffers'

export type PageCall =
  | (OnRange<'hold'> & {
      readonly as: string
      readonly what: HoldKind
      /** Takes each page with a chance of one in so many; 1 = every page. */
      readonly oneIn: number
    })
  /** Holds a buffer of each cached page of a file, as a journal does until it commits. */
  | (OnFile<'holdBuffers'> & { readonly as: string })
  | { readonly op: 'release'; readonly of: string }

export type VideoCall =
  | {
      readonly op: 'openVideo'
      readonly as: string
      readonly memory: 'userptr' | 'mmap'
      readonly direction: 'capture' | 'output'
      /** The memory operations its driver chose; dma-contig when left out. */
      readonly allocator?: 'dma-contig' | 'dma-sg' | 'vmalloc'
    }
  | (OnQueue<'reqbufs'> & {
      readonly count: number
      /** Bytes of one buffer. */
      readonly size: number
    })
  | (OnQueue<'qbuf'> & {
      readonly index: number
      readonly area: string
      /** First page of the buffer in the area. */
      readonly from: number
      readonly size: number
    })
  | OnQueue<'streamon'>
  | OnQueue<'streamoff'>
  | OnQueue<'closeVideo'>
  | (OnQueue<'dqbuf'> & { readonly index: number })
  /** The device reads a USERPTR buffer; how many of its pages hold what the process wrote to the area? */
  | (OnQueue<'deviceReads'> & {
      readonly index: number
      readonly area: string
      readonly from: number
    })

export type DmaCall =
  | {
      readonly op: 'dmaAlloc'
      readonly as: string
      readonly pages: number
      readonly align: number
      /** Index of the CMA area. */
      readonly cma: number
    }
  /** Releases every buffer taken under that name, oldest first. */
  | { readonly op: 'dmaRelease'; readonly buffer: string }

export type PinCall =
  | {
      readonly op: 'pin'
      readonly as: string
      readonly area: string
      readonly from: number
      readonly pages: number
      readonly write: boolean
      readonly long: boolean
      /** The driver asks for a pin that lasts, in the way its kernel has for that. */
      readonly durable: boolean
      readonly label: string
    }
  | { readonly op: 'unpin'; readonly pin: string }
  /** Pins for the time of one transfer; one transfer in `oneIn` takes `longNs` instead. */
  | {
      readonly op: 'directIo'
      readonly area: string
      readonly from: number
      readonly pages: number
      readonly ns: number
      readonly longNs: number
      /** 0 = never. */
      readonly oneIn: number
    }
  /** An aio ring of so many pages. */
  | { readonly op: 'ioSetup'; readonly as: string; readonly pages: number }
  | { readonly op: 'ioDestroy'; readonly of: string }

export type Call = MemoryCall | FileCall | KernelCall | PageCall | VideoCall | DmaCall | PinCall

/** The calls of these names. */
export type Of<Op extends Call['op']> = Extract<Call, { readonly op: Op }>
