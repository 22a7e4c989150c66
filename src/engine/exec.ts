/** Runs lists of kernel calls for the command line. */
import { failure, success, type Result } from '../shared/result'
import { runExec, type ExecPlan, type ExecReport } from '../sim'

export type { ExecReport }

/** What every call returned. A call that cannot be made at all is refused with its number. */
export function execute(plan: ExecPlan, source: string): Result<ExecReport> {
  const outcome = runExec(plan)
  if (outcome.ok) return success(outcome.report)
  const { at, message } = outcome.error
  const line = `${source}: ${at}: ${message}`.replaceAll(/\s+/g, ' ')
  return failure('bad-input', line, at)
}
