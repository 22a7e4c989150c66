/** What the console has said: a block per line typed, the last ones only. */
import type { SideName } from './side'

export interface Block {
  readonly id: number
  /** The run it was said of. */
  readonly side: SideName
  readonly prompt: string
  /** What was typed; null for what the window says itself. */
  readonly line: string | null
  readonly text: string
  /** `running` until it is answered; `failed` where the engine could not be asked. */
  readonly how: 'running' | 'done' | 'refused' | 'failed' | 'note'
}

export interface Transcript {
  readonly blocks: readonly Block[]
  /** Lines that are gone because there were too many. */
  readonly dropped: number
  readonly nextId: number
}

export const EMPTY_TRANSCRIPT: Transcript = { blocks: [], dropped: 0, nextId: 1 }

/** As many lines of output are kept. */
export const MOST_LINES = 5000

export function withBlock(t: Transcript, block: Omit<Block, 'id'>): Transcript {
  const blocks = [...t.blocks, { ...block, id: t.nextId }]
  return capped({ ...t, blocks, nextId: t.nextId + 1 })
}

/** The answer to a block that is running; its line may be gone by then. */
export function answered(t: Transcript, id: number, part: Pick<Block, 'text' | 'how'>): Transcript {
  return capped({ ...t, blocks: t.blocks.map((b) => (b.id === id ? { ...b, ...part } : b)) })
}

/** No blocks but those that are still running: a cleared screen forgets what it has dropped. */
export function cleared(t: Transcript): Transcript {
  return { ...t, blocks: t.blocks.filter((b) => b.how === 'running'), dropped: 0 }
}

function linesOf(block: Block): number {
  const { line, text } = block
  const printed = text === '' ? 0 : text.trimEnd().split('\n').length
  return printed + (line === null ? 0 : 1)
}

/** The last lines: blocks go from the oldest on, and the oldest left loses its first lines. */
function capped(t: Transcript): Transcript {
  const counts = t.blocks.map(linesOf)
  let excess = counts.reduce((sum, n) => sum + n, 0) - MOST_LINES
  if (excess <= 0) return t
  let { dropped } = t
  let first = 0
  while (first < t.blocks.length - 1 && (counts[first] ?? 0) <= excess) {
    excess -= counts[first] ?? 0
    dropped += counts[first] ?? 0
    first++
  }
  const [oldest, ...rest] = t.blocks.slice(first)
  if (oldest === undefined || excess <= 0) return { ...t, blocks: t.blocks.slice(first), dropped }
  const text = oldest.text.split('\n').slice(excess).join('\n')
  return { ...t, blocks: [{ ...oldest, text }, ...rest], dropped: dropped + excess }
}
