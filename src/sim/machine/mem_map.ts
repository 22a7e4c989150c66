/** struct page of every frame (allocator 1.4), as columns over mem_map. */
import type { Links } from './columns'
import { NR_REF_KINDS } from './kinds'

/** struct page as columns; index = Page. Sentinels of lists follow behind the last page. */
export interface MemMap extends Links {
  readonly flags: Int32Array
  /** `_count`. */
  readonly count: Int32Array
  /** `_mapcount` as stored: -1 unmapped, -128 head of a free block, n-1 mapped n times. */
  readonly mapcount: Int32Array
  /** Order of a free block head; swap entry or buffer heads otherwise. */
  readonly private: Int32Array
  /** Cached migratetype while free or on a pcp list; offset in the mapping while in use. */
  readonly index: Int32Array
  /** 0 = NULL; `id * 4 + 1` = anon_vma id; `id * 4` = address_space id. */
  readonly mapping: Int32Array
  /** References by kind, kind-major: `refs[kind * nrPages + page]`. */
  readonly refs: Uint16Array
  /** USE_* of the frame. */
  readonly use: Uint8Array
  /** Task that allocated it (index into `machine.tasks`). */
  readonly owner: Uint16Array
  /** Event number of the allocation. 32 bits: no log holds as many events, and every allocation writes one. */
  readonly since: Uint32Array
  /** Content tag; copying a page copies it (allocator S-15). */
  readonly content: Int32Array
}

/** Columns of `nrPages` frames that nobody maps, with room for `heads` list heads. */
export function createMemMap(nrPages: number, heads: number): MemMap {
  return {
    next: new Int32Array(nrPages + heads),
    prev: new Int32Array(nrPages + heads),
    flags: new Int32Array(nrPages),
    count: new Int32Array(nrPages),
    mapcount: new Int32Array(nrPages).fill(-1),
    private: new Int32Array(nrPages),
    index: new Int32Array(nrPages),
    mapping: new Int32Array(nrPages),
    refs: new Uint16Array(nrPages * NR_REF_KINDS),
    use: new Uint8Array(nrPages),
    owner: new Uint16Array(nrPages),
    since: new Uint32Array(nrPages),
    content: new Int32Array(nrPages),
  }
}
