// Model of include/linux/mm.h, v3.9 (gup-migration 0.5). FOLL_DURABLE and FAULT_FLAG_NO_CMA: patch 3.

export const FOLL_WRITE = 0x1
export const FOLL_TOUCH = 0x2
export const FOLL_GET = 0x4
export const FOLL_DUMP = 0x8
export const FOLL_FORCE = 0x10
export const FOLL_NOWAIT = 0x20
export const FOLL_MLOCK = 0x40
export const FOLL_DURABLE = 0x800
/** From 5.2 on; the longterm policies (MOD-6). */
export const FOLL_LONGTERM = 0x10000

export const FAULT_FLAG_WRITE = 0x1
export const FAULT_FLAG_ALLOW_RETRY = 0x8
export const FAULT_FLAG_KILLABLE = 0x20
export const FAULT_FLAG_NO_CMA = 0x80

export const VM_FAULT_OOM = 0x1
export const VM_FAULT_SIGBUS = 0x2
export const VM_FAULT_MAJOR = 0x4
export const VM_FAULT_WRITE = 0x8
export const VM_FAULT_LOCKED = 0x200
export const VM_FAULT_RETRY = 0x400
export const VM_FAULT_ERROR = 0x1 | 0x2 | 0x10 | 0x20

export const VM_READ = 0x1
export const VM_WRITE = 0x2
export const VM_EXEC = 0x4
export const VM_SHARED = 0x8
export const VM_MAYREAD = 0x10
export const VM_MAYWRITE = 0x20
export const VM_GROWSDOWN = 0x100
export const VM_PFNMAP = 0x400
export const VM_LOCKED = 0x2000
export const VM_IO = 0x4000
export const VM_DONTCOPY = 0x20000
export const VM_DONTEXPAND = 0x40000
