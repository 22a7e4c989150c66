/** The form of a fork: what is typed, what is wrong with it, and the fork it stands for. Pure. */
import type { FailingInfo, KernelChoice, RunSummary } from '../../../../shared/run'
import { countText, readTime } from '../../../../shared/text'
import type { Otherwise } from '../../stores/forks'
import { withPatchFlipped } from '../../stores/side'

export const CHANGES = [
  { id: 'drain', title: 'Drain all', what: 'lru_add_drain_all(), then drain_all_pages()' },
  { id: 'unpin', title: 'Drop pins', what: 'every pin on a frame, as its driver drops it' },
  { id: 'patch', title: 'Flip a patch', what: 'another kernel from here on' },
  { id: 'grow', title: 'Grow CMA', what: 'a larger area, reserved at boot' },
  { id: 'inject', title: 'Make a call fail', what: 'the n-th call of a function' },
  { id: 'sleep', title: 'Wait', what: 'an actor goes on later' },
] as const
export type ChangeKind = (typeof CHANGES)[number]['id']

export interface ForkForm {
  readonly change: ChangeKind
  /** The event behind which the change comes. */
  readonly event: string
  readonly pfn: string
  readonly patch: string
  readonly area: string
  readonly pages: string
  readonly fn: string
  readonly nth: string
  readonly ret: string
  readonly actor: string
  readonly time: string
}

/** What a form holds when it was never filled. */
export const FIRST: ForkForm = {
  ...{ change: 'drain', event: '', pfn: '', patch: '1', area: '', pages: '4M' },
  ...{ fn: '', nth: '1', ret: '', actor: '', time: '10 ms' },
}

export type Field = Exclude<keyof ForkForm, 'change'>
export type Problems = Readonly<Partial<Record<Field, string>>>

/** Fields that a change has besides the event. */
export const FIELDS: Readonly<Record<ChangeKind, readonly Field[]>> = {
  drain: [],
  unpin: ['pfn'],
  patch: ['patch'],
  grow: ['area', 'pages'],
  inject: ['fn', 'nth', 'ret'],
  sleep: ['actor', 'time'],
}

/** What a form is read against. */
export interface FormContext {
  readonly summary: Pick<RunSummary, 'events' | 'recipe'>
  readonly areas: readonly string[]
  readonly failing: readonly FailingInfo[]
  /** Why a kernel cannot be; null when it can. */
  readonly refuse: (kernel: KernelChoice) => string | null
}

/** `31,002`, `#31002`; null when it is no number. */
export function readCount(text: string): number | null {
  const digits = text.trim().replace(/^#/, '').replaceAll(/[,_]/g, '')
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null
}

/** `0x67103` or decimal. */
export function readPfn(text: string): number | null {
  const typed = text.trim()
  return /^0x[\da-f]{1,10}$/i.test(typed) || /^\d{1,12}$/.test(typed) ? Number(typed) : null
}

/** Pages, or a size such as 4M. */
export function readPages(text: string): number | null {
  const size = /^(\d{1,9})\s*([km])(ib)?$/i.exec(text.trim())
  if (size === null) return readCount(text)
  return (Number(size[1]) * (size[2]?.toLowerCase() === 'm' ? 1024 : 1)) / 4
}

/** The kernel a fork begins with: that of the recipe, or of the last fork that changed it. */
export function kernelOf({ kernel, interventions = [] }: RunSummary['recipe']): KernelChoice {
  const changed = interventions.findLast((i) => i.do === 'kernel')
  return changed?.do === 'kernel' ? changed.kernel : kernel
}

function flipped(form: ForkForm, { summary }: FormContext): KernelChoice {
  const kernel = kernelOf(summary.recipe)
  return { ...kernel, patches: withPatchFlipped(kernel.patches, Number(form.patch)) }
}

type Check = (form: ForkForm, context: FormContext) => string | null

/** An area is there from boot on, so that growing it needs no event. */
const CHECKS: Readonly<Record<Field, Check>> = {
  event: ({ change, event }, { summary }) => {
    if (change === 'grow') return null
    const n = readCount(event)
    const last = summary.events - 2
    if (n !== null && n <= last) return null
    return `A number of an event from 0 to ${countText(last)}: the change comes right behind it.`
  },
  pfn: ({ pfn }) => (readPfn(pfn) === null ? 'A page frame number, such as 0x67103.' : null),
  patch: (form, context) => context.refuse(flipped(form, context)),
  area: ({ area }, { areas }) =>
    areas.includes(area) ? null : `An area of this board: ${areas.join(', ') || 'it has none'}.`,
  pages: ({ pages }) => {
    const n = readPages(pages)
    return n !== null && Number.isInteger(n) && n > 0
      ? null
      : 'A number of pages, or a size such as 4M.'
  },
  fn: ({ fn }, { failing }) =>
    failing.some((f) => f.fn === fn)
      ? null
      : `A function that can fail: ${failing.map((f) => f.fn).join(', ')}.`,
  nth: ({ nth }) =>
    (readCount(nth) ?? 0) > 0 ? null : 'Which call from there on: 1 is the next one.',
  ret: ({ fn, ret }, { failing }) => {
    const rets = failing.find((f) => f.fn === fn)?.rets ?? []
    return rets.some((r) => String(r.ret) === ret)
      ? null
      : `An error it can return: ${rets.map((r) => `-${r.errno}`).join(', ')}.`
  },
  actor: ({ actor }) => (actor.trim() === '' ? 'The name of an actor of the scenario.' : null),
  time: ({ time }) => ((readTime(time) ?? 0) > 0 ? null : 'A time with its unit, such as 10 ms.'),
}

/** What is wrong, by field; nothing when the fork can be asked for. */
export function problemsOf(form: ForkForm, context: FormContext): Problems {
  const fields: readonly Field[] = ['event', ...FIELDS[form.change]]
  return Object.fromEntries(
    fields.flatMap((field) => {
      const problem = CHECKS[field](form, context)
      return problem === null ? [] : [[field, problem]]
    }),
  )
}

/** The fork a form without problems stands for. */
export function otherwiseOf(form: ForkForm, context: FormContext): Otherwise {
  const at = (readCount(form.event) ?? 0) + 1
  switch (form.change) {
    case 'drain':
      return { interventions: [{ at, do: 'drain' }] }
    case 'unpin':
      return { interventions: [{ at, do: 'unpin', pfn: readPfn(form.pfn) ?? 0 }] }
    case 'patch':
      return { interventions: [{ at, do: 'kernel', kernel: flipped(form, context) }] }
    case 'grow':
      return { changes: [{ do: 'grow', area: form.area, pages: readPages(form.pages) ?? 0 }] }
    case 'inject':
      return { interventions: [injection(form, at, context)] }
    case 'sleep':
      return {
        interventions: [
          { at, do: 'sleep', actor: form.actor.trim(), ns: readTime(form.time) ?? 0 },
        ],
      }
  }
}

type Injection = Extract<
  Extract<Otherwise, { interventions: unknown }>['interventions'][number],
  { do: 'inject' }
>

function injection(form: ForkForm, at: number, { failing }: FormContext): Injection {
  const fn = failing.find((f) => f.fn === form.fn)?.fn ?? 'alloc_pages'
  return { at, do: 'inject', fn, nth: readCount(form.nth) ?? 1, ret: Number(form.ret) }
}

/** Where the form stands at first: the cursor; at the end of a run, right before the request that failed. */
export function firstEvent(
  { events, requests }: Pick<RunSummary, 'events' | 'requests'>,
  cursor: number | null,
): number {
  const failed = requests.findLast((request) => request.ret < 0)
  return Math.max(0, Math.min(events - 2, cursor ?? (failed?.event ?? events) - 1))
}

/** Actors that did something with a result, for the list of names. */
export function actorsOf({ outcomes }: Pick<RunSummary, 'outcomes'>): string[] {
  return [...new Set(outcomes.map((o) => o.actor))]
}
