/** The only door into the model. Names are listed one by one. */
export { errnoName, errnoNumber } from './include/linux/errno'
export {
  gfpBits,
  GFP_ATOMIC,
  GFP_HIGHUSER,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_NOIO_HIGHMEM,
  GFP_TEMPORARY,
  GFP_USER,
} from './include/linux/gfp'
export {
  LRU_UNEVICTABLE,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  NR_LRU_BASE,
  NR_MLOCK,
  PAGE_SIZE,
  VM_ZONE_STAT_NAMES,
} from './include/linux/mmzone'
export { PAGE_FLAG_NAMES, pageFlagNames } from './include/linux/page-flags'
export { at, list_first, listToArray, nextInList } from './machine/columns'
export { bootMachine, specError } from './machine/boot'
export { check } from './machine/check'
export { digestHex, digestText, digestWord } from './machine/digest'
export { REF_KINDS, USES } from './machine/kinds'
export { longPins, ref_count, ref_sum } from './machine/ledger'
export {
  page_to_pfn,
  page_zone,
  pfn_to_page,
  pfn_valid,
  type CmaArea,
  type Holder,
  type Machine,
  type PinRecord,
  type Task,
  type Zone,
} from './machine/machine'
export { VM_EVENT_NAMES } from './machine/vm_events'
export { freeCmaPages, freePages, mappersOf, pageOrderIfFree, type Mapper } from './machine/inspect'
export { PRESET_NAMES, presetMachine, type PresetName } from './machine/presets'
export type { MemoryAction, MemoryBlock, MemoryBlockState } from './machine/memory_block'
export type { FreeListSink, TraceSink } from './machine/trace'
export { FUNCTIONS } from './trace/functions'
export type { FunctionInfo, FunctionValue, ValueKind } from './trace/functions_info'
export { frameArgs, type FrameSink } from './trace/frames'
export {
  CALLERS,
  COUNTER_NAMES,
  FIXES,
  KERNEL_CLASSES,
  POLICIES,
  VARIANTS,
  type BootUse,
  type CallerName,
  type CounterName,
  type FreeLists,
  type KernelClass,
  type KernelSpec,
  type MachineSpec,
  type Outcome,
  type Page,
  type Pfn,
  type PolicyName,
  type RunCounters,
  type VariantName,
  type ZoneSpec,
} from './machine/types'
export { CALLER_LIST } from './patches/callers'
export { FIX_LIST } from './patches/fixes'
export { LATER_POLICIES } from './patches/policies'
export type { Policy } from './patches/policies/policy'
export {
  createKernel,
  kernelClass,
  kernelComplaint,
  missingSymbols,
  NOTIFIER_PASSES,
  SERIES,
  subsetPatches,
} from './patches/series'
export { INJECTABLE, type InjectableName } from './machine/fault'
export { callName, callNumberOf } from './scenario/names'
export { growArea } from './scenario/grow-area'
export type { Intervention, Refusal } from './scenario/intervention'
export { resumeScenario, startScenario, type RunImage, type ScenarioRun } from './scenario/run'
export { ColumnPool } from './machine/snapshot'
export type { Call } from './scenario/call-types'
export {
  STATE_NAMES,
  type ActorPlan,
  type Bounds,
  type CallLabels,
  type Expect,
  type FilePlan,
  type Instruction,
  type RunPlan,
  type ScenarioPlan,
  type StateName,
} from './scenario/types'
export { freeListHead } from './mm/page_alloc_buddy'
export { dump_page } from './mm/page_alloc_show'
export { exactZoneState, frag_show, pagetypeinfo_show } from './mm/vmstat'
export {
  inactive_ratio,
  lowmemReserveColumns,
  reclaimState,
  vmstat_show,
  zoneinfo_show,
} from './mm/vmstat_show'
export {
  VB2_BUF_STATE_NAMES,
  type Vb2Buffer,
  type Vb2Queue,
} from './drivers/media/v4l2-core/videobuf2-queue'
export { VM_EXEC, VM_READ, VM_SHARED, VM_WRITE } from './include/linux/mm'
export {
  is_migration_entry,
  isSwapPte,
  pteTarget,
  PTE_DIRTY,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
  type MmStruct,
  type Vma,
} from './machine/mm_types'
export { EVENT_TYPES, eventType } from './trace/catalogue'
export { framesOf } from './trace/event'
export { ftraceHeader, ftraceLine } from './trace/ftrace'
export type { EventColumn, EventType, EventValue, FrameExtent } from './trace/event'
export { EV_mm_page_alloc, EV_mm_page_free } from './trace/events/kmem'
export { EV_mm_migrate_pages } from './trace/events/migrate'
export {
  EV_sim_call,
  EV_sim_call_ret,
  EV_sim_cma_alloc,
  EV_sim_cma_alloc_ret,
  EV_sim_cma_try,
  EV_sim_cma_try_ret,
  EV_sim_contig_busy,
  EV_sim_fault,
  EV_sim_gup_pin,
  EV_sim_isolate_page,
  EV_sim_migrate_giveup,
  EV_sim_remap,
  EV_sim_replace_page,
  EV_sim_unmap_and_move,
  EV_sim_unpin,
} from './trace/events/sim'
export { EV_sim_offline_result, EV_sim_offline_start } from './trace/events/sim_hotplug'
// Lists of kernel calls (exec).
export { FOLL_FLAGS, gfpMask, typeNumber } from './exec/names'
export { runExec } from './exec/run'
export { stateError } from './exec/state-check'
export {
  DUMP_KINDS,
  SLEEP,
  type AddressRef,
  type BitmapPlan,
  type CallArguments,
  type CallName,
  type ExecCall,
  type ExecPlan,
  type ExecReport,
  type FreeListPlan,
  type Interleave,
  type PagePlan,
  type PageRef,
  type PcpEntry,
  type PcpPlan,
  type StatePlan,
  type ZonePlan,
} from './exec/types'
export { TYPE_NAMES } from './exec/zone-dump'
export { EV_sim_intervention, INJECTABLE_NAMES } from './trace/events/sim_intervention'
