/** The door of the engine. */
export { createEngine, type PlanSource, type Tell } from './engine'
export { reportContent, reportData, runContent, traceContent, type Making } from './export-content'
export { archivePieces, exported, ftraceHead, ftraceLines, mapOfTrouble } from './exported'
export { firstDivergence } from './diverge'
export { fieldsOf, textOf, type EventCells, type EventLog } from './event-log'
export { matrix } from './matrix'
export {
  CALLERS,
  FIXES,
  kernelComplaint,
  POLICIES,
  VARIANTS,
  type CallerName,
  type KernelSpec,
  type PolicyName,
  type VariantName,
} from '../sim'
export { ConsoleSession, type Reply } from './console/session'
export { changedPlan } from './plan-changes'
export { checkProof, proofOf } from './proof'
export { record, type ForkOrigin, type Recording, type RunHooks } from './run'
export { execute, type ExecReport } from './exec'
export { type PlayHooks } from './tape'
export { troublesOf, why, type Trouble } from './why/why'
