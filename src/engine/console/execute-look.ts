/** Looking at frames, values and the machine. */
import type { Result } from '../../shared/result'
import { countText, pfnText, retText, timeText } from '../../shared/text'
import { errnoName, EVENT_TYPES, FUNCTIONS } from '../../sim'
import { textOf, type EventCells } from '../event-log'
import { positionText } from '../position'
import { seenFrame, type Frame } from '../frame'
import { actorAt, answer, refuse, type Answer, type Bench } from './bench'
import type { Command, InfoTopic, Source } from './command'
import { breakpointTable } from './execute-stops'
import { compiledIn } from './moments'
import { printScope, scopeOf } from './names'
import { kmemText } from './print-kmem'
import { ledgerText, pageText } from './print-page'
import { stateText } from './print-state'
import { frameLine, valueLines } from './print-stop'
import { forksText } from './execute-fork'
import { differenceText } from './print-diff'
import { columns } from './print-table'
import { valueText } from './print-value'

type FrameCommand = Extract<Command, { verb: 'bt' | 'up' | 'down' | 'frame' | 'print' | 'info' }>
type TextCommand = Extract<
  Command,
  { verb: 'page' | 'ledger' | 'history' | 'kmem' | 'show' | 'events' }
>
export type LookCommand = FrameCommand | TextCommand

const FRAME_VERBS: ReadonlySet<string> = new Set(['bt', 'up', 'down', 'frame', 'print', 'info'])

function isFrameCommand(command: LookCommand): command is FrameCommand {
  return FRAME_VERBS.has(command.verb)
}

/** Rows of `events` and `history` at a time. */
const PAGE_ROWS = 20

export async function executeLook(bench: Bench, command: LookCommand): Promise<Result<Answer>> {
  return isFrameCommand(command)
    ? await executeFrame(bench, command)
    : answer(textOfCommand(bench, command))
}

async function executeFrame(bench: Bench, command: FrameCommand): Promise<Result<Answer>> {
  switch (command.verb) {
    case 'info':
      return await info(bench, command.topic, command.prefix)
    case 'bt':
      return await backtrace(bench, command.count)
    case 'up':
      return await look(bench, bench.frame + command.count)
    case 'down':
      return await look(bench, bench.frame - command.count)
    case 'frame':
      return await look(bench, command.number ?? bench.frame)
    case 'print':
      return await print(bench, command.expr)
  }
}

function textOfCommand(bench: Bench, command: TextCommand): string {
  const { machine } = bench.debug
  switch (command.verb) {
    case 'page':
      return pageText(machine, command.pfn)
    case 'ledger':
      return ledgerText(machine, command.pfn)
    case 'history':
      return history(bench, command.pfn)
    case 'kmem':
      return kmemText(machine, command.view, command.pfn)
    case 'show':
      return stateText(machine, command.view)
    case 'events':
      return events(bench, command.filter)
  }
}

async function backtrace(bench: Bench, count: number | null): Promise<Result<Answer>> {
  const stack = await bench.debug.stack()
  if (stack.length === 0) return refuse(`${actorAt(bench.debug)} is in no modelled function here`)
  const shown = stack.slice(0, count ?? stack.length)
  const rest = stack.length - shown.length
  const more = rest > 0 ? `(${rest} more frames)\n` : ''
  return answer(shown.map((frame, i) => lineOf(bench, frame, i)).join('') + more)
}

function lineOf({ debug }: Bench, frame: Frame, index: number): string {
  return frameLine(debug.machine, index, frame, index === 0 ? debug.returned : Number.NaN)
}

async function look(bench: Bench, index: number): Promise<Result<Answer>> {
  const stack = await bench.debug.stack()
  const frame = stack[index]
  if (frame === undefined) {
    if (stack.length === 0) return refuse(`${actorAt(bench.debug)} is in no modelled function here`)
    return refuse(
      index < 0 ? 'this is the innermost frame' : `the outermost frame is ${stack.length - 1}`,
    )
  }
  bench.frame = index
  return answer(lineOf(bench, frame, index))
}

async function print(bench: Bench, source: Source): Promise<Result<Answer>> {
  const { debug, names, recording } = bench
  const compiled = compiledIn(source.expr, printScope(names))
  const frame = names.frame === null ? undefined : (await bench.debug.stack())[bench.frame]
  const ret = bench.frame === 0 ? debug.returned : Number.NaN
  const { event } = debug.position
  const value = compiled.evaluate({
    machine: debug.machine,
    actor: actorAt(debug),
    eventNumber: Math.min(event, recording.recorder.log.length),
    ...(frame === undefined ? {} : { frame: seenFrame(frame, ret) }),
  })
  bench.printed++
  return answer(`$${bench.printed} = ${valueText(value, compiled.unit)}\n`)
}

function eventLine(bench: Bench, event: number, row: EventCells): string {
  const mark = bench.debug.position.event === event ? '>' : ' '
  const actor = bench.recording.machine.tasks[row.task]?.comm ?? ''
  return `${mark} ${event}  ${timeText(row.timeNs)}  ${actor}  ${row.type.name}: ${textOf(row)}\n`
}

/** The next events that a filter keeps, the one at the cursor first. */
function events(bench: Bench, filter: Source | null): string {
  const { log } = bench.recording.recorder
  const { machine } = bench.debug
  const { tasks } = bench.recording.machine
  const test =
    filter === null ? () => true : compiledIn(filter.expr, scopeOf(bench.names, 'event')).test
  const lines: string[] = []
  for (let n = bench.debug.position.event; n < log.length && lines.length < PAGE_ROWS; n++) {
    const event = log.row(n)
    const actor = tasks[event.task]?.comm ?? ''
    if (test({ machine, event, eventNumber: n, actor })) lines.push(eventLine(bench, n, event))
  }
  return lines.length === 0 ? 'No such event from here on.\n' : lines.join('')
}

/** Every event of the run that names the frame, alone or in a block. */
function history(bench: Bench, pfn: number): string {
  const { log, index } = bench.recording.recorder
  const found = index.eventsOfFrame(pfn)
  if (found.length === 0) return `No event names PFN ${pfnText(pfn)}.\n`
  return found.map((n) => eventLine(bench, n, log.row(n))).join('')
}

async function info(bench: Bench, topic: InfoTopic, prefix: string): Promise<Result<Answer>> {
  switch (topic) {
    case 'breakpoints':
      return answer(breakpointTable(bench))
    case 'checkpoints':
      return answer(checkpoints(bench))
    case 'frame':
    case 'args':
    case 'locals':
      return await frameInfo(bench, topic)
    case 'writes':
      return answer(await writes(bench))
    case 'functions':
      return answer(functions(prefix))
    case 'events':
      return answer(eventTypes(prefix))
    case 'actors':
      return answer(stateText(bench.debug.machine, 'ps'))
    case 'forks':
      return answer(forksText(bench))
    case 'recording':
      return answer(recordingText(bench))
  }
}

/** Fields that are not what they were at the event, entry or return before. */
async function writes({ debug }: Bench): Promise<string> {
  const written = await debug.writes()
  if (written === null) return 'Nothing comes before this place.\n'
  return differenceText(written, 'Nothing was written since the place before.\n')
}

function checkpoints({ debug }: Bench): string {
  if (debug.checkpoints.length === 0) return 'No checkpoints.\n'
  const rows = debug.checkpoints.map((c) => [c.id, positionText(c.position), c.note])
  return columns([['Num', 'Where', 'Note'], ...rows])
}

async function frameInfo(
  bench: Bench,
  topic: 'frame' | 'args' | 'locals',
): Promise<Result<Answer>> {
  const { machine } = bench.debug
  const frame = (await bench.debug.stack())[bench.frame]
  if (frame === undefined) return refuse(`${actorAt(bench.debug)} is in no modelled function here`)
  const known = FUNCTIONS[frame.fn]
  const args = valueLines(machine, known?.args ?? [], (_name, i) => frame.args[i])
  const locals = valueLines(machine, known?.locals ?? [], (name) => frame.locals.get(name))
  if (topic === 'args') return answer(args === '' ? 'No arguments.\n' : args)
  if (topic === 'locals') return answer(locals === '' ? 'No locals.\n' : locals)
  const entered = `entered at ${frame.event}.${frame.step}\n`
  return answer(lineOf(bench, frame, bench.frame) + entered + args + locals)
}

function functions(prefix: string): string {
  const rows = Object.entries(FUNCTIONS).flatMap(([name, known]) => {
    if (!name.startsWith(prefix)) return []
    return [[name, `(${known.args.map((arg) => arg.name).join(', ')})`, known.file, known.rule]]
  })
  return columns(rows)
}

function eventTypes(prefix: string): string {
  const rows = [...EVENT_TYPES.values()]
    .filter((type) => type.name.startsWith(prefix))
    .map((type) => [type.name, Object.keys(type.fields(0, 0, 0, 0)).join(' ')])
  return columns(rows)
}

function recordingText({ recording }: Bench): string {
  const { summary } = recording
  const failed = summary.outcomes.filter((o) => o.ret < 0)
  return [
    `${summary.recipe.scenario}, seed ${summary.recipe.seed}, ${summary.build.class}\n`,
    `${countText(summary.events)} events, ${timeText(summary.simTimeNs)} of virtual time\n`,
    `digest ${summary.digest}\n`,
    ...failed.map((o) => `${o.id}: ${retText(o.ret, errnoName(o.ret))}\n`),
    `${summary.verdict}\n`,
  ].join('')
}
