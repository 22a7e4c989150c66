/** The command line: reads arguments, calls a command, exits with its code. */
import { Command, CommanderError, Option } from 'commander'
import {
  compare,
  debug,
  list,
  bisectCommand,
  matrixCommand,
  run,
  type BisectOptions,
  type CompareOptions,
  type DebugOptions,
  type MatrixOptions,
  type RunOptions,
  type Streams,
} from './commands'
import type { Keys } from './debug'
import { exec, type ExecOptions } from './exec'
import {
  exportCommand,
  FORMATS,
  reportCommand,
  type ExportOptions,
  type ReportOptions,
} from './export'
import { REPORT_FORMS } from '../shared/export'
import { importCommand, type ImportOptions } from './import'
import { VERSION } from '../shared/version'
import { openCommand } from './open'
import { serve } from './serve'
import { verifyCommand } from './verify'
import { whyCommand, type WhyOptions } from './why'

const io: Streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  live: process.stderr.isTTY,
}

const keys: Keys = {
  input: process.stdin,
  output: process.stdout,
  isTerminal: process.stdin.isTTY && process.stdout.isTTY,
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function withScenario(command: Command): Command {
  return command
    .argument('<scenario>', 'id such as sc-01, or a scenario file')
    .option('--lenient', 'run a subset that does not build; the patch without its symbol is inert')
    .option('--seed <n>', 'seed of every choice the scenario leaves open', '1')
    .option('--set <name=value>', 'set a parameter; may be repeated', collect, [])
}

function withCommon(command: Command): Command {
  return withScenario(command).option('--json', 'print one JSON object')
}

function withSwitches(command: Command): Command {
  return command
    .option('--fixes <list>', 'what-if fixes of the series, numbers 1 to 7 such as 1,5')
    .option('--convert <list>', 'callers that pass the long-term flag, such as aio,direct-io')
}

/** Where a command writes, and the two kernels of a report. */
function withSides(command: Command): Command {
  return command
    .option('-o, --output <file>', 'write there; standard output when left out')
    .option('--a <kernel>', 'reports: the first kernel; none when left out')
    .option('--b <kernel>', 'reports: the second one; all when left out')
}

/** What was run can be kept as a session. */
function withSave(command: Command): Command {
  return command
    .option('--save <file>', 'keep it as a session file (docs/session-format.md)')
    .option('--archive', 'with --save: the recorded events, too')
}

function addDebug(root: Command, finish: (code: number) => void): void {
  withSwitches(withScenario(root.command('debug')))
    .description('run a scenario and step through it in both directions (docs/debugging.md)')
    .option('--policy <name>', 'a later policy in place of the series, such as longterm-5.1')
    .addOption(
      new Option('--patches <subset>', 'none, all, or numbers such as 1,3,4,5').default('none'),
    )
    .option('-x <file>', 'run the commands of a file; may be repeated', collect, [])
    .action(async (which: string, options: DebugOptions) => {
      finish(await debug(io, keys, which, options))
    })
}

function program(finish: (code: number) => void): Command {
  const root = new Command('pinscope')
    .description('A deterministic model of the Linux v3.9 page allocator, CMA and get_user_pages.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  root
    .command('list')
    .description('the scenarios that ship with pinscope')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) => {
      finish(list(io, options.json === true))
    })
  withSave(withSwitches(withCommon(root.command('run'))))
    .description('run a scenario on one kernel')
    .option('--policy <name>', 'a later policy in place of the series, such as longterm-5.1')
    .addOption(
      new Option('--patches <subset>', 'none, all, or numbers such as 1,3,4,5').default('none'),
    )
    .option('--events <file>', 'write every event, one JSON object a line')
    .action(async (which: string, options: RunOptions) => {
      finish(await run(io, which, options))
    })
  addDebug(root, finish)
  withSave(withCommon(root.command('compare')))
    .description('run a scenario on two kernels and say where they part')
    .option('--a <kernel>', 'the first kernel: patches as in run, or policy:NAME', 'none')
    .option('--b <kernel>', 'the second one; parts are joined: all+fix:1,5+convert:aio', 'all')
    .action(async (which: string, options: CompareOptions) => {
      finish(await compare(io, which, options))
    })
  addWhy(root, finish)
  withSwitches(withCommon(root.command('matrix')))
    .description('run a scenario on all 32 subsets of the series')
    .action(async (which: string, options: MatrixOptions) => {
      finish(await matrixCommand(io, which, options))
    })
  withSwitches(withCommon(root.command('bisect')))
    .description('find the smallest subsets of the series that change an outcome')
    .option('--outcome <name>', 'the outcome; the first that fails without a patch when left out')
    .action(async (which: string, options: BisectOptions) => {
      finish(await bisectCommand(io, which, options))
    })
  root
    .command('exec')
    .description('run a list of kernel calls and print every result (docs/exec-format.md)')
    .argument('<file>', 'a pinscope/exec@1 file, or - for standard input')
    .option('--compact', 'print one line')
    .action((file: string, options: ExecOptions) => {
      finish(exec(io, file, options))
    })
  addInterchange(root, finish)
  root
    .command('open')
    .description('open the window, with a session file in it')
    .argument('[file]', 'a .pinscope file')
    .action(async (file?: string) => {
      finish(await openCommand(io, file ?? null))
    })
  root
    .command('serve')
    .description('serve the application to a browser on this machine')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', '0')
    .action(async (options: { port: string }) => {
      finish(await serve(io, options.port))
    })
  return root
}

function addInterchange(root: Command, finish: (code: number) => void): void {
  root
    .command('verify')
    .description('run what a session file holds again and compare the digests')
    .argument('<file>', 'a .pinscope file')
    .option('--json', 'print one JSON object')
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      finish(await verifyCommand(io, file, json))
    })
  root
    .command('import')
    .description('read texts of a real kernel: /proc files, dmesg, ftrace (docs/interchange.md)')
    .argument(
      '<files...>',
      'buddyinfo, pagetypeinfo, zoneinfo and dmesg of one machine, or a trace',
    )
    .option('-o, --output <file>', 'write the scenario that was made of them; - is standard output')
    .option('--json', 'print one JSON object')
    .action((files: readonly string[], options: ImportOptions) => {
      finish(importCommand(io, files, options))
    })
  withSides(withSwitches(withCommon(root.command('export'))))
    .description('write a run or a comparison in a form for other tools (docs/interchange.md)')
    .addOption(new Option('--format <form>', 'the form').choices(FORMATS).makeOptionMandatory())
    .option('--what <part>', 'csv: events or series; svg, png: timeline or map')
    .option('--policy <name>', 'a later policy in place of the series, such as longterm-5.1')
    .addOption(
      new Option('--patches <subset>', 'none, all, or numbers such as 1,3,4,5').default('none'),
    )
    .action(async (which: string, options: ExportOptions) => {
      finish(await exportCommand(io, which, options))
    })
  withSides(withCommon(root.command('report')))
    .description('write a report of a comparison of two kernels')
    .addOption(new Option('--format <form>', 'the form').choices(REPORT_FORMS).default('md'))
    .action(async (which: string, options: ReportOptions) => {
      finish(await reportCommand(io, which, options))
    })
}

function addWhy(root: Command, finish: (code: number) => void): void {
  withSwitches(withCommon(root.command('why')))
    .description('explain a request of a scenario that failed, and what would have helped')
    .option('--policy <name>', 'a later policy in place of the series, such as longterm-5.1')
    .addOption(
      new Option('--patches <subset>', 'none, all, or numbers such as 1,3,4,5').default('none'),
    )
    .option('--request <which>', 'its number, or the name of its outcome; the last that failed')
    .option('--no-remedies', 'leave out what takes runs of its own')
    .action(async (which: string, options: WhyOptions) => {
      finish(await whyCommand(io, which, options))
    })
}

/** One line for a usage error; help and version are results. */
function usageCode(error: CommanderError): number {
  if (error.exitCode === 0) return 0
  const text = error.message.replace(/^error: /, '').replaceAll(/\s+/g, ' ')
  io.err(`pinscope: ${text === '(outputHelp)' ? 'name a command' : text}; see pinscope --help\n`)
  return 2
}

// A reader that goes away (`pinscope list | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await program((code) => {
    process.exitCode = code
  }).parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = usageCode(error)
}
