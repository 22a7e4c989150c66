/**
 * Opens session files that were changed, one after the other, and tells what must never be: a throw, a
 * refusal without part or reason, more than 2 s for one file, more than 512 MB. Prints one JSON line.
 */
import process from 'node:process'
import { archivePieces, proofOf, record } from '../../src/engine'
import { planScenario } from '../../src/formats/scenario'
import { archiveText, decodeSession } from '../../src/formats/session/decode'
import { encodeSession } from '../../src/formats/session/encode'
import { shippedScenarios } from '../../src/formats/shipped'
import { fileOf, mutated, namedParts } from '../../src/formats/test/mutate'
import { SESSION } from '../../src/formats/test/session'
import { SESSION_VERSION } from '../../src/shared/session'

const MAX_MS = 2000
const MAX_MB = 512
const MAX_EVENTS = 2000
const SCENARIO = 'sc-11'

/** A session with something in every part, of a shipped scenario of few events. */
async function baseFile(): Promise<{ bytes: Uint8Array; events: number }> {
  const scenario = shippedScenarios().find(({ info }) => info.id === SCENARIO)
  if (scenario === undefined) throw new Error(`${SCENARIO} does not ship`)
  const plan = planScenario(scenario, {})
  if (!plan.ok) throw new Error(plan.error.message)
  const kernel = { patches: [], mode: 'strict' } as const
  const recipe = { scenario: SCENARIO, seed: 1, set: {}, kernel }
  const hooks = {
    onProgress: () => undefined,
    isCancelled: () => false,
    breathe: () => Promise.resolve(),
  }
  const made = await record(plan.value, recipe, hooks)
  if (!made.ok) throw new Error(made.error.message)
  const { events } = made.value.summary
  if (events > MAX_EVENTS) throw new Error(`${SCENARIO} has ${events} events`)
  const side = { recipe, proof: proofOf(made.value) }
  const text = JSON.stringify(scenario.body)
  const archive = { a: archivePieces(made.value) }
  const file = encodeSession({ ...SESSION, scenarios: [text], a: side, b: side }, archive)
  if (!file.ok) throw new Error(file.error.message)
  return { bytes: file.value, events }
}

/** The same session as version 1 wrote it, so that the steps to the form of today are tried too. */
function asOfVersion1(bytes: Uint8Array): Buffer {
  const changes: Readonly<Record<string, (text: string) => string>> = {
    manifest: (text) => text.replace(`"version":${SESSION_VERSION}`, '"version":1'),
    scenario: (text) => {
      const { texts } = JSON.parse(text) as { texts: string[] }
      return JSON.stringify({ text: texts[0] })
    },
  }
  return fileOf(
    namedParts(bytes).map(([name, content]) => {
      const change = changes[name]
      return [name, change === undefined ? content : Buffer.from(change(content.toString()))]
    }),
  )
}

/** What is wrong with how a file was taken, null when nothing is, and how long it took. */
function taken(bytes: Uint8Array): { fault: string | null; ms: number } {
  const began = performance.now()
  const opened = decodeSession(bytes)
  const archive = archiveText(bytes, 'a')
  const ms = performance.now() - began
  return { fault: ms > MAX_MS ? `took ${Math.round(ms)} ms` : faultOf(opened, archive), ms }
}

function faultOf(
  opened: ReturnType<typeof decodeSession>,
  archive: ReturnType<typeof archiveText>,
): string | null {
  if (!archive.ok && archive.error.message === '') return 'the archive is refused without a reason'
  if (opened.ok) {
    const { recovered } = opened.value
    const told = recovered?.lost.every(({ reason }) => reason !== '') ?? true
    return told ? null : 'a part is lost without a reason'
  }
  const { code, message, at } = opened.error
  if (code === 'damaged' && at === undefined && !message.includes('text'))
    return `no part: ${message}`
  return message.length > 20 ? null : `no reason: ${message}`
}

async function main(): Promise<void> {
  const [count = 0, seed = 0] = process.argv.slice(2).map(Number)
  const { bytes, events } = await baseFile()
  const older = asOfVersion1(bytes)
  for (const base of [bytes, older]) {
    const opened = decodeSession(base)
    if (!opened.ok || opened.value.recovered !== null) throw new Error('the file is not whole')
  }
  const faults: string[] = []
  const outcomes: Record<string, number> = {}
  let slowest = 0
  for (let i = 0; i < count && faults.length < 10; i++) {
    const file = mutated((seed + i) % 4 === 0 ? older : bytes, seed + i)
    let fault: string | null
    try {
      const { fault: found, ms } = taken(file.bytes)
      fault = found
      slowest = Math.max(slowest, ms)
      outcomes[file.kind] = (outcomes[file.kind] ?? 0) + 1
    } catch (error) {
      fault = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    if (fault !== null) faults.push(`seed ${seed + i} (${file.kind}): ${fault}`)
  }
  // The most there ever was, not what is there now and then.
  const mb = Math.round(process.resourceUsage().maxRSS / 1024)
  if (mb > MAX_MB) faults.push(`${mb} MB of memory`)
  const told = { scenario: SCENARIO, events, file: bytes.length, outcomes, slowest, mb, faults }
  process.stdout.write(`${JSON.stringify(told)}\n`)
}

await main()
