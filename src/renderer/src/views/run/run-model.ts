/** What the head of a run says: its kernel, how far it is, and what to do when it did not finish. */
import type { KernelChoice } from '../../../../shared/run'
import { kernelLine } from '../../../../shared/text'
import { patchesText } from '../../components/kernel-text'
import type { SideName, SideState } from '../../stores/side'

export const SIDE_TITLES: Readonly<Record<SideName, string>> = { a: 'A', b: 'B' }

/** `baseline`, `full series`, `patches 1, 3`, or the kernel's policy; its fixes and converted callers. */
export function kernelText(kernel: KernelChoice): string {
  const { patches, policy = 'rfc2013', fixes = [], converted = [] } = kernel
  if (policy !== 'rfc2013' || fixes.length > 0 || converted.length > 0) return kernelLine(kernel)
  if (patches.length === 0) return 'baseline'
  return patches.length === 5 ? 'full series' : `patches ${patchesText(patches)}`
}

/** A time as the kernel prints it: seconds since it was started. */
export function stampText(ns: number): string {
  return `[${(ns / 1e9).toFixed(6).padStart(12)}]`
}

export interface Notice {
  readonly sign: 'bad' | 'warn'
  /** What happened. */
  readonly text: string
  /** What to do now. */
  readonly next: string
  /** True when running again as things are can help. */
  readonly retry: boolean
}

/** The notice of a side that has no result for what is selected, or null. */
export function noticeOf(side: SideState): Notice | null {
  if (side.phase === 'cancelled') {
    return { sign: 'warn', text: 'The run was cancelled.', next: '', retry: true }
  }
  if (side.phase !== 'failed' || side.failure === null) return null
  const { code, message, at } = side.failure
  const text = at === undefined ? message : `${at}: ${message}`
  switch (code) {
    case 'does-not-build':
      return {
        sign: 'bad',
        text: `Patches ${patchesText(side.kernel.patches)}: ${text}.`,
        next: 'Switch on the patch that is needed, or choose lenient.',
        retry: false,
      }
    case 'bad-input':
      return at === 'kernel'
        ? { sign: 'bad', text: message, next: 'Choose another kernel.', retry: false }
        : { sign: 'bad', text, next: 'Correct the value and apply it.', retry: false }
    case 'not-found':
      return { sign: 'bad', text, next: 'Choose a scenario of the list.', retry: false }
    case 'cancelled':
      return { sign: 'warn', text, next: '', retry: true }
    case 'engine-lost':
      return { sign: 'bad', text: `The engine stopped: ${text}`, next: '', retry: true }
    // Of session files, whose sentences say what to do.
    case 'not-a-session':
    case 'damaged':
    case 'too-new':
    case 'too-large':
    case 'changed-on-disk':
      return { sign: 'bad', text, next: '', retry: false }
    case 'internal':
      return {
        sign: 'bad',
        text,
        next: 'This is a defect of Pinscope: report it with scenario, seed and patches.',
        retry: true,
      }
  }
}
