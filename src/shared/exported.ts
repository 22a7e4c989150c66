/** A run or a trace as the exporters take it: plain data, gathered by who holds it. */
import type { SeriesData } from './timeline'

export interface ExportedTask {
  /** Number of the task in the run. */
  readonly task: number
  readonly name: string
  readonly pid: number
}

export interface ExportedEvent {
  readonly event: number
  readonly timeNs: number
  readonly task: number
  readonly cpu: number
  readonly name: string
  /** kmem, compaction, ...; `sim` for events of ours, `ftrace` where nobody says. */
  readonly system: string
  readonly fields: Readonly<Record<string, string | number>>
}

export interface ExportedCall {
  readonly task: number
  readonly call: string
  readonly fromNs: number
  readonly toNs: number
  readonly ret: number
}

/** A pin, and the first attempt to move its page that failed because of it. */
export interface PinFlow {
  readonly pfn: number
  readonly fromTask: number
  readonly fromNs: number
  readonly toTask: number
  readonly toNs: number
}

export interface Exported {
  /** `sc-01, patches none, seed 1`. */
  readonly title: string
  /** What makes it again or tells where it is from, by name. */
  readonly about: Readonly<Record<string, string>>
  readonly tasks: readonly ExportedTask[]
  readonly count: number
  readonly eventAt: (event: number) => ExportedEvent
  readonly calls: readonly ExportedCall[]
  readonly flows: readonly PinFlow[]
  readonly series: SeriesData
}
