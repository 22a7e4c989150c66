/** Runs a list of kernel calls on a machine: what every call returned, and a digest of it all. */
import { errnoName } from '../include/linux/errno'
import { FOLL_DURABLE } from '../include/linux/mm'
import { bootMachine } from '../machine/boot'
import { createDigest, digestHex, digestText, digestWord } from '../machine/digest'
import { KernelBug, type Machine, type Task } from '../machine/machine'
import { createThread } from '../machine/process'
import type { Proc } from '../machine/proc'
import { NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../include/linux/mmzone'
import { exactZoneState } from '../mm/vmstat'
import { createKernel, type Kernel } from '../patches/series'
import { eventType } from '../trace/catalogue'
import { EV_sim_would_loop } from '../trace/events/sim'
import { ALLOC_CALLS } from './calls-alloc'
import { CONTIG_CALLS } from './calls-contig'
import { DEVICE_CALLS } from './calls-device'
import { INSPECT_CALLS } from './calls-inspect'
import { MEMORY_CALLS } from './calls-memory'
import { ownerOf, VIDEO_CALLS } from './calls-video'
import { createDriver, ExecHang, runAs, runCall, type Driver } from './drive'
import { mismatch } from './expect'
import type { Answer, Handlers } from './handler'
import { placeBitmaps, placeZones, specWithState } from './place'
import { createFiles, placePages } from './place-pages'
import { createSession, ExecRefusal, processFor, processOf, type Session } from './session'
import type {
  CallName,
  CallResult,
  ExecCall,
  ExecError,
  ExecPlan,
  ExecReport,
  ExpectFailure,
} from './types'

const HANDLERS: Handlers<CallName> = {
  ...ALLOC_CALLS,
  ...CONTIG_CALLS,
  ...MEMORY_CALLS,
  ...VIDEO_CALLS,
  ...DEVICE_CALLS,
  ...INSPECT_CALLS,
}

/** Events a result shows at most; the rest is counted. */
const MAX_EVENTS = 5000
/** Kernel messages a result shows at most, the last ones. */
const MAX_LINES = 100

export type ExecOutcome =
  | { readonly ok: true; readonly report: ExecReport }
  | { readonly ok: false; readonly error: ExecError }

interface Run {
  readonly x: Session
  readonly driver: Driver
  readonly plan: ExecPlan
  events: object[]
  dropped: number
  /** Requests that found nothing and that a real kernel would go on with (S-08). */
  loops: number
  /** Tasks that run interleaved calls, by process name; '' for the kernel's own. */
  readonly helpers: Map<string, Task>
}

/** Boots the machine of a plan with its state; the state must be possible on it. */
export function bootExec(plan: ExecPlan): Session {
  const m = bootMachine(specWithState(plan.machine, plan.state), kernelOf(plan))
  const x = createSession(m)
  if (plan.state !== null) {
    placeZones(m, plan.state)
    createFiles(m, plan.state, x.files)
    const process = (name: string) => processFor(x, name).mm
    placePages(m, plan.state, { process, files: x.files })
    placeBitmaps(m, plan.state)
  }
  return x
}

/**
 * A call that passes FOLL_DURABLE itself makes patches 3 and 4 act like a converted caller does, and
 * converts nobody else (P0-2, P0-4).
 */
function kernelOf({ kernel: spec, calls }: ExecPlan): Kernel {
  const kernel = createKernel(spec)
  const all = calls.flatMap((c) => [c, ...c.interleave.flatMap((i) => i.calls)])
  if (!all.some((c) => c.call === 'get_user_pages' && (c.flags & FOLL_DURABLE) !== 0)) return kernel
  const used = createKernel({ ...spec, converted: ['rdma'] })
  const { faultAvoidsCma, migratesAtPin } = used
  return { ...kernel, faultAvoidsCma, migratesAtPin }
}

/**
 * Runs all calls in order. A call the kernel would BUG in, or never return from, is a result and the
 * last one; a call that cannot be made is an error that names it.
 */
export function runExec(plan: ExecPlan): ExecOutcome {
  const x = bootExec(plan)
  const run: Run = {
    x,
    driver: createDriver(x.m),
    plan,
    events: [],
    dropped: 0,
    loops: 0,
    helpers: new Map(),
  }
  recordEvents(run)
  const results: CallResult[] = []
  const failures: ExpectFailure[] = []
  for (const [index, call] of plan.calls.entries()) {
    x.index = index
    let result: CallResult
    try {
      result = runOne(run, call, index)
    } catch (error) {
      if (!(error instanceof ExecRefusal)) throw error
      return { ok: false, error: { at: `call ${index}: ${call.spelled}`, message: error.message } }
    }
    results.push(result)
    const wrong = call.expect === null ? null : mismatch(call.expect, result)
    if (wrong !== null) failures.push({ index, message: `${call.spelled}: ${wrong}` })
    if ('bug' in result || 'hang' in result) break
  }
  return { ok: true, report: { results, digest: digestOf(x.m, results), failures } }
}

function digestOf(m: Machine, results: readonly CallResult[]): string {
  const digest = createDigest()
  for (const result of results) digestText(digest, JSON.stringify(result))
  digestWord(digest, m.trace.events)
  digestText(digest, digestHex(m.trace.digest))
  return digestHex(digest)
}

function recordEvents(run: Run): void {
  const { events } = run.plan
  run.x.m.trace.sink = {
    event: (id, _task, _timeNs, a, b, c, d) => {
      if (id === EV_sim_would_loop) run.loops++
      if (events === 'none') return
      const type = eventType(id)
      if (events === 'kernel' && type.system === 'sim') return
      if (run.events.length >= MAX_EVENTS) run.dropped++
      else {
        const text = type.text(a, b, c, d)
        run.events.push({ name: type.name, text, fields: type.fields(a, b, c, d) })
      }
    },
  }
}

function runOne(run: Run, call: ExecCall, index: number): CallResult {
  const { m } = run.x
  const lines = m.dmesg.length
  run.events = []
  run.dropped = 0
  run.loops = 0
  const nested: CallResult[] = []
  const ended = execute(run, call, index, nested)
  const ret = typeof ended.ret === 'number' ? ended.ret : null
  const errno = ret === null ? null : errnoName(ret)
  const result: Record<string, unknown> = {
    index,
    call: call.spelled,
    ...ended,
    ret,
    ...(errno === null ? {} : { errno }),
  }
  if (run.loops > 0) result.wouldLoop = true
  if (nested.length > 0) result.interleaved = nested
  result.zones = run.x.m.zones.map((zone) => ({
    name: zone.name,
    NF: exactZoneState(zone, NR_FREE_PAGES),
    NC: exactZoneState(zone, NR_FREE_CMA_PAGES),
    ...((ended.zones as readonly object[] | undefined)?.find(
      (z) => 'name' in z && z.name === zone.name,
    ) ?? {}),
  }))
  if (m.dmesg.length > lines) {
    result.dmesg = m.dmesg.slice(Math.max(lines, m.dmesg.length - MAX_LINES)).map((l) => l.text)
  }
  if (run.plan.events !== 'none') result.events = run.events
  if (run.dropped > 0) result.eventsDropped = run.dropped
  return result as unknown as CallResult
}

/** Members of a result; `ret` is absent when the kernel never returned. */
type Ended = Readonly<Record<string, unknown>>

function execute(run: Run, call: ExecCall, index: number, nested: CallResult[]): Ended {
  const { x, driver } = run
  const task = taskFor(x, call)
  if (call.cpu !== null) task.cpu = checkedCpu(x, call.cpu)
  const counts = new Map<number, number>()
  const onPause = (ip: number): void => {
    if (call.interleave.length === 0) return
    const n = (counts.get(ip) ?? 0) + 1
    counts.set(ip, n)
    for (const at of call.interleave) {
      if (at.ip !== ip || at.nth !== n) continue
      for (const inner of at.calls) runInterleaved(run, inner, index, nested)
    }
  }
  const attempts = task.attempts
  try {
    const answer = runCall(driver, task.id, answerOf(x, call), onPause)
    const tried = task.attempts - attempts
    return tried > 0 ? { ...answer, attempts: tried } : answer
  } catch (error) {
    return endOf(x, error)
  }
}

/** A BUG ends the machine; so does a call that never returns. */
function endOf(x: Session, error: unknown): Ended {
  const at = { event: x.m.trace.events, timeNs: x.m.now }
  if (error instanceof KernelBug) return { bug: { message: error.message, ...at } }
  if (error instanceof ExecHang) return { hang: { message: error.message, ...at } }
  throw error
}

function isProc(answer: Answer | Proc<Answer>): answer is Proc<Answer> {
  return Symbol.iterator in answer
}

function* answerOf(x: Session, call: ExecCall): Proc<Answer> {
  // One table row per call name; TypeScript cannot follow that row and call go together.
  const handler = HANDLERS[call.call] as (x: Session, c: ExecCall) => Answer | Proc<Answer>
  const answer = handler(x, call)
  return isProc(answer) ? yield* answer : answer
}

function runInterleaved(run: Run, call: ExecCall, index: number, nested: CallResult[]): void {
  const { x, driver } = run
  const task = helperFor(run, call)
  if (call.cpu !== null) task.cpu = checkedCpu(x, call.cpu)
  const result: Record<string, unknown> = { index, call: call.spelled, ret: null }
  nested.push(result as unknown as CallResult)
  runAs(driver, task.id, answerOf(x, call), (value) => {
    const answer = value as Answer
    Object.assign(result, answer)
    const errno = errnoName(answer.ret)
    if (errno !== null) result.errno = errno
  })
}

function checkedCpu(x: Session, cpu: number): number {
  if (cpu < x.m.spec.cpus) return cpu
  throw new ExecRefusal(`cpu ${cpu}: the machine has CPUs 0 to ${x.m.spec.cpus - 1}`)
}

/** Name of the process a call belongs to; null for the kernel's own calls. */
function processName(x: Session, call: ExecCall): string | null {
  if (call.call === 'page' || call.call === 'kill') return null
  if ('mm' in call && call.mm !== null) return call.mm
  return 'queue' in call ? ownerOf(x, call.queue) : null
}

/** Calls that bring their process into being. */
const MAKERS: ReadonlySet<CallName> = new Set([
  'mmap',
  'io_setup',
  'vb2_queue_init',
  'vb2_reqbufs',
  'vb2_init_fileio',
])

function taskFor(x: Session, call: ExecCall): Task {
  const name = processName(x, call)
  if (name === null) return x.task
  const makes = MAKERS.has(call.call)
  return (makes ? processFor(x, name) : processOf(x, name)).task
}

/** A second thread of the same process, or a second kernel task, for a call inside another. */
function helperFor(run: Run, call: ExecCall): Task {
  const { x } = run
  const name = processName(x, call) ?? ''
  const known = run.helpers.get(name)
  if (known !== undefined) return known
  const first = x.task
  const task =
    name === ''
      ? createKernelTask(x, first)
      : createThread(x.m, processFor(x, name).mm, `${name}-2`, 0)
  run.helpers.set(name, task)
  return task
}

function createKernelTask(x: Session, like: Task): Task {
  const task: Task = { ...like, id: x.m.tasks.length, comm: 'exec-2', calls: [], attempts: 0 }
  x.m.tasks.push(task)
  return task
}
