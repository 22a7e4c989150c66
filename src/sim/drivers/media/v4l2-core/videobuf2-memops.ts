// Model of drivers/media/v4l2-core/videobuf2-memops.c, v3.9: who keeps a buffer's memory alive while it
// is mapped (VB2-12, VB2-19, VB2-30).
import type { Vma, VmOps } from '../../../machine/mm_types'

/** Memory of a buffer with its users: the queue, and every area that maps it. */
export interface SharedMemory {
  refcount: number
  /** An area that counted as a user is gone. */
  readonly unmapped: () => void
}

/** Area operations of a mapped buffer: each area counts as a user. */
export function vb2_common_vm_ops(memory: SharedMemory): VmOps {
  return {
    open: () => {
      memory.refcount++
    },
    close: memory.unmapped,
  }
}

/** A copy of an area: it takes a reference on what backs the area, none on its pages (VB2-12). */
export function vb2_get_vma(vma: Vma): Vma {
  vma.vm_ops?.open()
  return { ...vma }
}

export function vb2_put_vma(vma: Vma): void {
  vma.vm_ops?.close()
}
