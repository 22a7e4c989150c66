/** What the kernel panel says of a patch subset. */
import type { BuildInfo, PatchInfo } from '../../../../shared/contract'
import { countText } from '../../../../shared/text'
import { missingText } from '../../stores/side'

/** Paths up to this length are shown whole. */
const SHORT_PATH = 20

export interface BuildState {
  readonly sign: 'good' | 'bad' | 'warn'
  readonly text: string
}

export function buildState(build: BuildInfo, mode: 'strict' | 'lenient'): BuildState {
  if (build.builds) return { sign: 'good', text: 'builds' }
  const missing = missingText(build)
  return mode === 'strict'
    ? { sign: 'bad', text: `does not build: ${missing}` }
    : { sign: 'warn', text: `would not build: ${missing}; runs with the broken patch inert` }
}

/** `mm/memory.c +2`: the file of most weight and how many more; a long path keeps its name. */
export function filesText(files: readonly string[]): string {
  const path = files.at(-1) ?? ''
  const last = path.length > SHORT_PATH ? path.slice(path.lastIndexOf('/') + 1) : path
  return files.length <= 1 ? last : `${last} +${files.length - 1}`
}

/** How often the patch's own code ran in the run shown, or null when there is none. */
export function exercisedText(
  patch: number,
  exercised: Readonly<Record<number, number>> | null,
): string {
  if (exercised === null) return ''
  const times = exercised[patch] ?? 0
  return times === 0 ? 'not exercised' : `ran ${countText(times)}×`
}

export function needsText(patch: PatchInfo): string {
  return patch.needs.length === 0 ? 'needs none' : `needs ${patch.needs.join(', ')}`
}

/** The tags of a mail's subject line stand apart from what it says. */
export function subjectParts(subject: string): { readonly area: string; readonly text: string } {
  const area = /^(?:[\w/-]+: )+/.exec(subject)?.[0] ?? ''
  return { area, text: subject.slice(area.length) }
}
