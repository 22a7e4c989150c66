/** An actor: a task with its process, the names its program has made, and how far it is. */
import type { Vb2Queue } from '../drivers/media/v4l2-core/videobuf2-core'
import type { CmaArea, Task } from '../machine/machine'
import type { KioCtx, MmStruct } from '../machine/mm_types'
import { createRng, type Rng } from '../machine/rng'
import type { Page } from '../machine/types'
import type { HeldKind } from './call-types'
import type { Instruction } from './types'

/** A mapped area. */
export interface Area {
  /** First virtual page number. */
  readonly vpn: number
  /** Pages a program means by the area; all of them, or those a fill has written. */
  readonly pages: number
  /** Pages of address space. */
  readonly mapped: number
}

/** Blocks of kernel pages an actor took. */
export interface PageBlocks {
  readonly order: number
  /** Heads in order of allocation; -1 where nothing was to be had or it was freed. */
  readonly heads: Page[]
}

export interface DmaBuffer {
  readonly area: CmaArea
  readonly page: Page
  readonly pages: number
}

export interface PinnedPages {
  readonly holder: number
  readonly pages: Page[]
}

/** Pages that are busy without a pin; -1 where the page was not to be had. */
export interface HeldPages {
  readonly what: HeldKind
  readonly pages: readonly Page[]
}

/** How far an actor is on one level of its program: the top, or a program nested in an instruction. */
export interface Level {
  /** The instruction under way. */
  index: number
  /** Not begun; past its random delay; in the instruction itself. */
  phase: 'start' | 'delayed' | 'inside'
  /** Round of a repeat, from 1, and the rounds in which no call failed. */
  round: number
  good: number
  /** A call on this level failed. */
  failed: boolean
  /** For atPoint: the other's pauses when last asked, and its visits so far. */
  counted: number
  hits: number
}

/** A program that has not begun. */
export function firstLevel(): Level {
  return { index: 0, phase: 'start', round: 1, good: 0, failed: false, counted: -1, hits: 0 }
}

export interface Actor {
  readonly name: string
  readonly task: Task
  readonly mm: MmStruct
  readonly program: readonly Instruction[]
  readonly rng: Rng
  readonly areas: Map<string, Area>
  readonly queues: Map<string, Vb2Queue>
  readonly blocks: Map<string, PageBlocks>
  readonly buffers: Map<string, DmaBuffer[]>
  readonly pins: Map<string, PinnedPages>
  readonly holds: Map<string, HeldPages>
  readonly rings: Map<string, KioCtx>
  /** Where its program stands, outermost level first. */
  readonly at: Level[]
  /** In a call, or dying: what it is doing is not plain data. */
  busy: boolean
  /** Instructions done. */
  done: number
  /** Its program is over. */
  ended: boolean
}

/**
 * An actor's own source of chance: seeded by the run's seed and the actor's place alone, so that one
 * actor's doings never shift another's delays.
 */
export function actorRng(seed: number, place: number): Rng {
  return createRng((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b)) | 0)
}

/** What the program made under that name; the file format already checked that it is there. */
export function named<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name)
  if (found === undefined) throw new Error(`the program uses "${name}" before it made it`)
  return found
}
