/** The names of a run for tests, with a few functions of the real ones. */
import type { Recording } from '../../run'
import type { FunctionTable } from '../../expr/scope'
import type { ConsoleNames } from '../names'

export const FUNCTION_TABLE: FunctionTable = {
  alloc_contig_range: {
    args: [
      { name: 'start', kind: 'pfn' },
      { name: 'end', kind: 'pfn' },
      { name: 'migratetype', kind: 'migratetype' },
    ],
    locals: [],
    ret: 'errno',
  },
  migrate_pages: { args: [{ name: 'mode', kind: 'number' }], locals: [], ret: 'errno' },
  alloc_pages: { args: [{ name: 'order', kind: 'order' }], locals: [], ret: 'page' },
}

export function namesOf({ machine }: Recording): ConsoleNames {
  return {
    machine,
    actors: machine.tasks.map((task) => task.comm),
    functions: FUNCTION_TABLE,
    stops: [
      { id: 1, scope: 'frame', fn: 'alloc_contig_range' },
      { id: 2, scope: 'event', fn: null },
    ],
    checkpoints: [1],
    forks: [0, 1],
    frame: null,
  }
}
