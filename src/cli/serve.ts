/** `pinscope serve`: the application for a browser on this machine. */
import { fileURLToPath } from 'node:url'
import { launchEngine } from '../host/engine-launcher'
import { forkEngine } from '../host/fork-engine'
import { startBrowserHost, untilSignal } from '../host/serve'
import type { Streams } from './commands'

/** Beside this file once it is bundled: out/main/cli.js. */
const ENGINE = fileURLToPath(new URL('./engine.js', import.meta.url))
const PAGE = fileURLToPath(new URL('../renderer', import.meta.url))

/** Serves until a signal; then 0. The address, with its token, is the only line on stdout. */
export async function serve(io: Streams, portText: string): Promise<number> {
  const port = /^\d+$/.test(portText) ? Number(portText) : Number.NaN
  if (!(port >= 0 && port <= 65535)) {
    io.err(`pinscope: --port: expected a number from 0 to 65535, got "${portText}"\n`)
    return 2
  }
  const host = await startBrowserHost({
    port,
    rendererDir: PAGE,
    launchEngine: launchEngine((firstRun) => forkEngine(ENGINE, firstRun)),
  })
  if (!host.ok) {
    io.err(`pinscope: ${host.error.message}\n`)
    return 2
  }
  io.out(`Pinscope is at ${host.value.url}\n`)
  await untilSignal()
  await host.value.close()
  return 0
}
