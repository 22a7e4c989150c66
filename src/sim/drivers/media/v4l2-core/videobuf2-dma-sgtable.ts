/**
 * Scatterlists as videobuf2 uses them: frames merged into chunks, chunks mapped for the device, and how
 * much of the result is one piece (VB2-14..16, VB2-22, VB2-23, errata 4). They stand for lib/scatterlist.c
 * and the DMA mapping layer.
 */
import { EINVAL } from '../../../include/linux/errno'
import { PAGE_SIZE } from '../../../include/linux/mmzone'
import { page_to_pfn, printk, type Machine } from '../../../machine/machine'
import type { Page } from '../../../machine/types'

/** Physically contiguous bytes. */
export interface SgEntry {
  /** First byte, as a physical address. */
  readonly phys: number
  readonly length: number
}

/** A run of bytes as the device sees it. */
export interface DmaRun {
  readonly address: number
  readonly length: number
}

/** Entries of a scatterlist that fits one page, of 32 bytes each. */
const SG_MAX_SINGLE_ALLOC = PAGE_SIZE / 32

/**
 * Merges frames that follow each other: the entries, or -EINVAL when there are more than a table
 * without chaining holds (errata 4).
 */
export function sg_alloc_table_from_pages(
  m: Machine,
  pages: readonly Page[],
  offset: number,
  size: number,
): SgEntry[] | number {
  const entries: SgEntry[] = []
  let left = size
  let skip = offset
  for (let i = 0; i < pages.length;) {
    const first = pages[i] as Page
    let run = 1
    while (pages[i + run] === first + run) run++
    const length = Math.min(left, run * PAGE_SIZE - skip)
    entries.push({ phys: page_to_pfn(m, first) * PAGE_SIZE + skip, length })
    left -= length
    skip = 0
    i += run
  }
  if (!m.spec.sgChaining && entries.length > SG_MAX_SINGLE_ALLOC) {
    printk(m, `WARNING: sg_alloc_table: ${entries.length} entries, ${SG_MAX_SINGLE_ALLOC} fit`)
    return -EINVAL
  }
  return entries
}

/**
 * Maps the entries for the device. Without an IOMMU an entry keeps its physical address. With one,
 * entries join as long as every boundary between them is page aligned and the sum stays within the
 * device's segment size; each further run starts an I/O range of its own (VB2-23).
 */
export function dma_map_sg(m: Machine, entries: readonly SgEntry[]): DmaRun[] {
  if (!m.spec.iommu) return entries.map((e) => ({ address: e.phys, length: e.length }))
  const runs: DmaRun[] = []
  let address = PAGE_SIZE + ((entries[0]?.phys ?? 0) % PAGE_SIZE)
  let length = 0
  for (const e of entries) {
    const joins = (address + length) % PAGE_SIZE === 0 && e.phys % PAGE_SIZE === 0
    const start = address % PAGE_SIZE
    if (length > 0 && (!joins || start + length + e.length > m.spec.dmaMaxSegSize)) {
      runs.push({ address, length })
      // A guard page keeps independent ranges apart: nothing promises that they are neighbours.
      address = Math.ceil((address + length) / PAGE_SIZE + 1) * PAGE_SIZE + (e.phys % PAGE_SIZE)
      length = 0
    }
    length += e.length
  }
  if (length > 0) runs.push({ address, length })
  return runs
}

/** Bytes from the start on that are one piece for the device (VB2-16). */
export function vb2_dc_get_contiguous_size(runs: readonly DmaRun[]): number {
  let expected = runs[0]?.address ?? 0
  let size = 0
  for (const run of runs) {
    if (run.address !== expected) break
    expected += run.length
    size += run.length
  }
  return size
}
