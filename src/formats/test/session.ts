/** A session with something in every part. */
import type { Recipe } from '../../shared/run'
import { FIRST_VIEW, type RunProof, type SessionDoc } from '../../shared/session'

export const RECIPE_A: Recipe = {
  scenario: 'sc-01',
  seed: 1,
  set: { cma: '16M' },
  kernel: { patches: [], mode: 'strict' },
}
const RECIPE_B: Recipe = { ...RECIPE_A, kernel: { patches: [1, 2, 3, 4, 5], mode: 'strict' } }

export const PROOF: RunProof = {
  events: 40_000,
  simTimeNs: 123_456_789,
  digest: 'ab'.repeat(32),
  keyframes: [
    { events: 120, digest: '01'.repeat(32) },
    { events: 16_600, digest: '23'.repeat(32) },
  ],
}

export const SESSION: SessionDoc = {
  writer: '0.1.0',
  name: 'camera keeps the codec out',
  note: 'seen on the board with 512 MB; ask München again \u{1f4cc}',
  scenarios: [],
  a: { recipe: RECIPE_A, proof: PROOF },
  b: { recipe: RECIPE_B, proof: null },
  forks: [
    {
      id: 1,
      parent: 'a',
      at: 812,
      text: 'drain at event 812',
      note: 'does not help',
      recipe: { ...RECIPE_A, interventions: [{ at: 812, do: 'drain' }] },
      proof: PROOF,
    },
    {
      id: 4,
      parent: 1,
      at: 900,
      text: 'unpin 3 frames',
      note: '',
      recipe: {
        ...RECIPE_A,
        interventions: [
          { at: 812, do: 'drain' },
          ...[0x67103, 0x67104, 0x67000].map((pfn) => ({ at: 900, do: 'unpin', pfn }) as const),
        ],
      },
      proof: null,
    },
  ],
  bookmarks: [{ side: 'a', event: 812, timeNs: 5_000, note: 'here the first pin is taken' }],
  debug: {
    a: { lines: ['break alloc_contig_range exit'], watches: ['page(0x67103).count'] },
    b: { lines: [], watches: [] },
  },
  view: {
    ...FIRST_VIEW,
    shown: { a: null, b: 4 },
    cursor: { side: 'b', a: { event: 812, step: 3, timeNs: 5_000 }, b: null },
    selection: { side: 'a', pfn: 0x67103 },
    timeline: {
      sameTime: true,
      views: { a: null, b: null, both: { fromNs: 10.5, toNs: 4_000 } },
      ranges: { a: null, b: null, both: null },
    },
    layout: { folded: ['left'], tabs: { events: 'dmesg' }, runs: 'both', timelineShare: 42.5 },
  },
}
