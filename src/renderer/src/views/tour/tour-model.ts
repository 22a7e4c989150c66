/** The guided tour of SC-01: what each step says of the runs as they are, and what it does. */
import type { RunSummary } from '../../../../shared/run'
import { countText, pagesText } from '../../../../shared/text'

/** What the tour reads of the window. */
export interface TourView {
  readonly a: RunSummary | null
  readonly b: RunSummary | null
  /** The first event where the runs part; null before they were compared. */
  readonly parting: number | null
  readonly running: boolean
}

export interface TourStep {
  readonly title: string
  readonly text: (view: TourView) => string
  /** Actions that show it, in order, and what the button says; null where looking is enough. */
  readonly shows: { readonly label: string; readonly actions: readonly string[] } | null
}

export const TOUR: readonly TourStep[] = [
  {
    title: 'One workload, two kernels',
    text: ({ a, b, running }) =>
      running
        ? 'A runs the baseline and B the whole series, on the same workload.'
        : `Both runs are the same camera and codec, event for event, until the kernels differ. A, the baseline: ${verdict(a)} B, the whole series: ${verdict(b)}`,
    shows: { label: 'Show both runs', actions: ['layout.both', 'go.timeline'] },
  },
  {
    title: 'Why it failed',
    text: ({ a }) => {
      const request = failed(a)
      const tried = request?.positions.length ?? 0
      return request === undefined
        ? 'No request of A failed, so there is nothing to explain.'
        : `${request.actor} asked for ${pagesText(request.count)} in a row. The kernel tried ${countText(tried)} positions of the area; Why walks them, and names what kept each from being emptied.`
    },
    shows: { label: 'Open Why', actions: ['why.first'] },
  },
  {
    title: 'The reference that holds the page',
    text: () =>
      'The kernel keeps one number for a page, its _count. The ledger in the inspector splits it: who holds each reference, since when, and by which call path. Here a pin of videobuf2 is the one too many.',
    shows: { label: 'Go to where the pin was taken', actions: ['why.pin', 'go.inspector'] },
  },
  {
    title: 'Step back through the call',
    text: () =>
      'The debugger stands at the pin. Step back, and it goes up the modelled call, function by function; each frame names the kernel file and the rule it follows. F5 with Shift runs back to a breakpoint.',
    shows: { label: 'Step back', actions: ['go.debugger', 'debug.reverse-step'] },
  },
  {
    title: 'Take a patch away',
    text: ({ b, running }) => {
      const on = b?.recipe.kernel.patches ?? []
      if (running) return 'B runs again on its new kernel.'
      return on.includes(4)
        ? 'Patch 4 moves pages out of CMA before they are pinned for long. Switch it off in B, and see whether the rest of the series is enough.'
        : `Without patch 4, B: ${verdict(b)} Switch it on again to go on.`
    },
    shows: { label: 'Flip patch 4 of B', actions: ['patch.4'] },
  },
  {
    title: 'Where the runs part',
    text: ({ parting }) =>
      parting === null
        ? 'These two runs do not differ. Switch patch 4 on again in B to see where they part.'
        : `The runs are aligned by cause, not by time: they first differ at event ${countText(parting)}. From here, fork the run and change one thing at this place, or run all 32 subsets of the series.`,
    shows: { label: 'Go to the divergence', actions: ['divergence.go', 'go.compare'] },
  },
]

function failed(run: RunSummary | null): RunSummary['requests'][number] | undefined {
  return run?.requests.find((request) => request.ret < 0)
}

function verdict(run: RunSummary | null): string {
  return run === null ? 'no result yet.' : run.verdict
}
