// Model of arch/arm/mm/fault.c, v3.9: a CPU access by a process. ARM keeps the young and dirty bits in
// software, so the first access after either was taken away faults too (FLT-3).
import { EFAULT, EINTR, ENOMEM } from '../../../include/linux/errno'
import {
  FAULT_FLAG_ALLOW_RETRY,
  FAULT_FLAG_KILLABLE,
  FAULT_FLAG_WRITE,
  VM_FAULT_ERROR,
  VM_FAULT_OOM,
  VM_READ,
  VM_WRITE,
} from '../../../include/linux/mm'
import { down_read, up_read } from '../../../include/linux/rwsem'
import { faultWouldLoop } from '../../../machine/futile'
import { readMapping } from '../../../machine/huge'
import { currentTask, type Machine } from '../../../machine/machine'
import {
  pte_present,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  type MmStruct,
  type Pte,
  type Vpn,
} from '../../../machine/mm_types'
import type { Proc } from '../../../machine/proc'
import { handle_mm_fault } from '../../../mm/memory'
import { find_extend_vma } from '../../../mm/mmap'

const WRITABLE_NOW = PTE_YOUNG | PTE_WRITE | PTE_DIRTY

function isAccessible(pte: Pte, write: boolean): boolean {
  if (!pte_present(pte)) return false
  const needed = write ? WRITABLE_NOW : PTE_YOUNG
  return (pte & needed) === needed
}

/** Serves one fault: 0, -EFAULT (SIGSEGV, SIGBUS) or -ENOMEM (the OOM killer's turn). */
function* do_page_fault(m: Machine, mm: MmStruct, vpn: Vpn, write: boolean): Proc<number> {
  const base = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE
  const flags = write ? base | FAULT_FLAG_WRITE : base
  yield* down_read(mm.mmap_sem)
  const vma = find_extend_vma(mm, vpn)
  const allowed = vma !== undefined && (vma.flags & (write ? VM_WRITE : VM_READ)) !== 0
  const ret = allowed ? yield* handle_mm_fault(m, mm, vma, vpn, flags) : VM_FAULT_ERROR
  up_read(m, mm.mmap_sem)
  if (!allowed) return -EFAULT
  if ((ret & VM_FAULT_ERROR) === 0) return 0
  return (ret & VM_FAULT_OOM) !== 0 ? -ENOMEM : -EFAULT
}

/**
 * Reads or writes one byte of a page. A write leaves `tag` as the page's content. 0 or a negative
 * errno; nothing is yielded when the page is there. -ENOMEM also where a kernel would fault for ever (S-08).
 */
export function* touchPage(
  m: Machine,
  mm: MmStruct,
  vpn: Vpn,
  write: boolean,
  tag: number = contentTag(mm, vpn),
): Proc<number> {
  for (let rounds = 0; !isAccessible(readMapping(m, mm, vpn), write); rounds++) {
    if (faultWouldLoop(m, rounds)) return -ENOMEM
    const ret = yield* do_page_fault(m, mm, vpn, write)
    if (ret < 0) return ret
    // On its way back to the program it finds the signal and dies instead.
    if (currentTask(m).sigkill) return -EINTR
  }
  if (write) m.mem.content[pteTarget(readMapping(m, mm, vpn))] = tag
  return 0
}

/** What a process writes when nobody cares what: its own address, told apart from other processes'. */
export function contentTag(mm: MmStruct, vpn: Vpn): number {
  return ((mm.id + 1) << 20) | vpn
}
