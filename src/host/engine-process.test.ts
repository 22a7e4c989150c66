import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOver } from '../shared/wire'
import type { Calls } from '../shared/contract'
import { forkEngine } from './fork-engine'
import { askThrough, type EnginePort } from './rpc'
import { RECIPE } from './test/fakes'

const RUN = { ...RECIPE, set: {}, kernel: { patches: [], mode: 'strict' } } as const

let folder = ''
let port: EnginePort
let calls: Calls
const told: unknown[] = []

// The entry as it ships: bundled, and started under a plain Node.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-engine-'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('engine-process.ts', import.meta.url)),
      outDir: folder,
      rolldownOptions: { output: { entryFileNames: 'engine.js' } },
    },
    ssr: { noExternal: true },
  })
  port = forkEngine(join(folder, 'engine.js'), 501)
  calls = callsOver(askThrough(port, (news, value) => told.push({ news, value })))
})

afterAll(async () => {
  port.kill()
  await rm(folder, { recursive: true })
})

describe('the engine process', () => {
  it('knows the shipped scenarios', async () => {
    const answer = await calls.listScenarios()
    expect(answer.ok && answer.value.map(({ id }) => id)).toContain('sc-01')
  })

  it('runs SC-01 with progress and hands its page map over as typed arrays', async () => {
    const run = await calls.run(RUN, 'first')
    if (!run.ok) throw new Error(run.error.message)
    // As it was told where to begin.
    expect(run.value.run).toBe(501)
    expect(run.value.expectation).toMatchObject({ class: 'BASE', met: true })
    expect(told).toContainEqual({
      news: 'onDidProgress',
      value: expect.objectContaining({ token: 'first' }),
    })
    const map = await calls.pageMap(run.value.run, null, 'state')
    expect(map.ok && map.value.cells).toBeInstanceOf(Uint8Array)
  })

  it('hears a cancel while it runs', async () => {
    const running = calls.run(RUN, 'second')
    await calls.cancel('second')
    expect(await running).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })

  it('ends by itself when the channel to its host closes', async () => {
    const child = fork(join(folder, 'engine.js'), [], { serialization: 'advanced', execArgv: [] })
    await once(child, 'spawn')
    child.disconnect()
    expect(await once(child, 'exit')).toStrictEqual([0, null])
  })
})
