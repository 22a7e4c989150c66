// Model of include/linux/sched.h: task flags.

/**
 * Allocations of the task stay off CMA (5.1, PF_MEMALLOC_NOCMA) or off CMA and ZONE_MOVABLE (5.13,
 * where the same bit is called PF_MEMALLOC_PIN) (MOD-7, MOD-16).
 */
export const PF_MEMALLOC_NOCMA = 0x10000000
