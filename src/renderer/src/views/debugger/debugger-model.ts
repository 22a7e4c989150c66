/** What the debugger's view computes: lines of the console from its forms, and where a refusal belongs. */
import type { DebugState, StackFrame, StopPoint } from '../../../../shared/debug'
import { countText } from '../../../../shared/text'

/** What a breakpoint of the form is set on. */
export const STOP_KINDS = ['function', 'return', 'event', 'pfn', 'watch'] as const
export type StopKind = (typeof STOP_KINDS)[number]

export const KIND_LABELS: Readonly<Record<StopKind, string>> = {
  function: 'function is entered',
  return: 'function returns',
  event: 'event',
  pfn: 'page frame',
  watch: 'value changes',
}

export const KIND_EXAMPLES: Readonly<Record<StopKind, string>> = {
  function: 'migrate_pages',
  return: 'alloc_contig_range',
  event: 'sim_gup_pin',
  pfn: '0x67103',
  watch: 'page(0x67103).count',
}

export interface StopDraft {
  readonly kind: StopKind
  readonly what: string
  readonly condition: string
  readonly temporary: boolean
}

/** A field of a form and where what is typed there begins in the line. */
export interface LineField {
  readonly name: string
  readonly from: number
}

export interface FieldProblem {
  readonly field: string
  readonly message: string
}

export interface FormLine {
  readonly line: string
  readonly fields: readonly LineField[]
}

/** The line that sets what the form says. */
export function stopLine({ kind, what, condition, temporary }: StopDraft): FormLine {
  const verb = kind === 'watch' ? 'watch' : temporary ? 'tbreak' : 'break'
  const word = kind === 'event' || kind === 'pfn' ? `${kind} ` : ''
  const start = `${verb} ${word}`
  const head = `${start}${what.trim()}${kind === 'return' ? ' exit' : ''}`
  const fields = [{ name: 'what', from: start.length }]
  if (condition.trim() === '') return { line: head, fields }
  return {
    line: `${head} if ${condition.trim()}`,
    fields: [...fields, { name: 'condition', from: head.length + 4 }],
  }
}

/** A line with one field at its end, such as `condition 1 EXPR`. */
export function fieldLine(name: string, start: string, typed: string): FormLine {
  const text = typed.trim()
  return { line: `${start} ${text}`.trim(), fields: [{ name, from: start.length + 1 }] }
}

/** `log 1 "TEXT"`; with nothing typed the breakpoint stops again. */
export function logLine(id: number, text: string): FormLine {
  const start = `log ${id} `
  return {
    line: text.trim() === '' ? start.trim() : `${start}"${text}"`,
    fields: [{ name: 'log', from: start.length }],
  }
}

/** The field that a refusal of the console points at with its caret, and what it says. */
export function problemOf(text: string, { fields }: FormLine): FieldProblem {
  const lines = text.trimEnd().split('\n')
  const caret = lines.findIndex((line) => /^ *\^$/.test(line))
  const column = caret < 0 ? 0 : (lines[caret] ?? '').length - 1
  const field = fields.findLast(({ from }) => from <= column) ?? fields[0]
  return { field: field?.name ?? '', message: lines.slice(caret + 1).join(' ') }
}

/** Why it stands where it stands; it always says. */
export function whyText({ why, stack }: DebugState): string {
  if (why !== '') return why
  const [frame] = stack
  const where = frame === undefined ? '' : `, in ${frame.fn}()`
  return `Brought here by the cursor${where}.`
}

/** PFNs among the arguments and locals of a frame, ascending; null for none. */
export function pfnsOf(frame: StackFrame | undefined): Uint32Array | null {
  if (frame === undefined) return null
  const pfns = [...frame.args, ...frame.locals].flatMap(({ pfn }) => (pfn === null ? [] : [pfn]))
  return pfns.length === 0 ? null : Uint32Array.from(new Set(pfns)).toSorted()
}

/** `12,031` or `12,031.3`. */
export function placeText({ event, step }: { event: number; step: number }): string {
  return step === 0 ? countText(event) : `${countText(event)}.${step}`
}

/** `3 hits, the next 2 are passed over, prints "order {order}"`. */
export function stopDetails({ hits, ignore, log, temporary, commands }: StopPoint): string {
  const parts = [
    hits === 1 ? '1 hit' : `${countText(hits)} hits`,
    ...(temporary ? ['goes after the first'] : []),
    ...(ignore === 0 ? [] : [`passes over ${countText(ignore)} more`]),
    ...(log === '' ? [] : [`prints "${log}"`]),
    ...(commands.length === 0 ? [] : [`then ${commands.join('; ')}`]),
  ]
  return parts.join(', ')
}

/** What is wrong with a count that is typed; null for one that is right. */
export function countProblem(text: string): string | null {
  return /^\d{1,9}$/.test(text.trim()) ? null : 'a whole number such as 10; 0 passes over none'
}
