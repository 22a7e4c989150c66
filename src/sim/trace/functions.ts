import { DRIVER_FUNCTIONS } from './functions_drivers'
import type { FunctionInfo } from './functions_info'
import { MEMORY_FUNCTIONS } from './functions_memory'
import { MIGRATE_FUNCTIONS } from './functions_migrate'
import { PAGE_ALLOC_FUNCTIONS } from './functions_page_alloc'

/** Every function the model reports as a frame, by its kernel name. */
export const FUNCTIONS: Readonly<Record<string, FunctionInfo>> = {
  ...PAGE_ALLOC_FUNCTIONS,
  ...MIGRATE_FUNCTIONS,
  ...MEMORY_FUNCTIONS,
  ...DRIVER_FUNCTIONS,
}
