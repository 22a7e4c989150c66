/** The door of the engine. */
export { createEngine, type PlanSource, type Tell } from './engine'
export { firstDivergence } from './diverge'
export { fieldsOf, textOf, type EventCells, type EventLog } from './event-log'
export { matrix, type MatrixRow } from './matrix'
export { record, type Recording, type RunHooks } from './run'
export { execute, type ExecReport } from './exec'
