/** The calls of the debugger and its console: one console per run, made when it is first asked for. */
import type { DebugCalls } from '../../shared/calls/debug'
import { success } from '../../shared/result'
import { Console, type ConsoleHost } from './console'
import type { Kept, KeptRun } from './kept'
import type { Work } from './work'

export function debugCalls(kept: Kept, work: Work): DebugCalls {
  const host: ConsoleHost = {
    idOf: (recording) => kept.idOf(recording),
    complaint: () => kept.complaint(),
    plain: work.plain,
  }
  const consoleOf = async (run: KeptRun): Promise<Console> =>
    (run.console ??= await Console.open(run.recording, host))

  return {
    debugState: (id) =>
      kept.with(id, (run) => run.inTurn(async () => success(await (await consoleOf(run)).state()))),
    seek: (id, at) =>
      kept.with(id, (run) =>
        run.inTurn(async () => success(await (await consoleOf(run)).seek(at))),
      ),
    consoleRun: (id, line, token) =>
      kept.with(id, (run) =>
        work.under(token, (hooks) =>
          run.inTurn(async () => success(await (await consoleOf(run)).run(line, hooks))),
        ),
      ),
    // Not in turn: one may go on typing while a line runs.
    consoleComplete: (id, line, cursor) =>
      kept.with(id, async (run) => {
        const opened = run.console ?? (await run.inTurn(() => consoleOf(run)))
        return success(await opened.complete(line, cursor))
      }),
    addWatch: (id, expression) =>
      kept.with(id, (run) =>
        run.inTurn(async () => await (await consoleOf(run)).watch(expression)),
      ),
    dropWatch: (id, watch) =>
      kept.with(id, (run) => run.inTurn(async () => await (await consoleOf(run)).unwatch(watch))),
  }
}
