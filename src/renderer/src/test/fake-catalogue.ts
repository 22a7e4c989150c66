/** The scenarios and patches the stand-in engine lists. */
import type { PatchInfo, KernelCatalogue, PolicyInfo } from '../../../shared/kernels'
import type { OwnScenario, ScenarioInfo } from '../../../shared/scenario'

export const FAKE_PATCHES: readonly PatchInfo[] = [
  {
    number: 1,
    subject: 'mm: introduce migrate_replace_page() for migrating page to the given target',
    files: ['include/linux/migrate.h', 'mm/migrate.c'],
    summary: 'Adds a way to move one page to a target page the caller already has.',
    needs: [],
  },
  {
    number: 2,
    subject: 'mm: get_user_pages: use static inline',
    files: ['include/linux/mm.h', 'mm/memory.c'],
    summary: 'Turns get_user_pages() into an inline wrapper; nothing changes in effect.',
    needs: [],
  },
  {
    number: 3,
    subject: 'mm: get_user_pages: use NON-MOVABLE pages when FOLL_DURABLE flag is set',
    files: ['include/linux/highmem.h', 'include/linux/mm.h', 'mm/memory.c'],
    summary: 'Pages faulted in under FOLL_DURABLE are allocated outside MOVABLE and CMA.',
    needs: [],
  },
  {
    number: 4,
    subject: 'mm: get_user_pages: migrate out CMA pages when FOLL_DURABLE flag is set',
    files: ['mm/internal.h', 'mm/memory.c'],
    summary: 'A page found in a CMA block is replaced by one outside before it is pinned.',
    needs: [1, 3],
  },
  {
    number: 5,
    subject: 'media: vb2: use FOLL_DURABLE and __get_user_pages() to avoid CMA migration issues',
    files: ['drivers/media/v4l2-core/videobuf2-dma-contig.c'],
    summary: 'videobuf2 asks for durable references when it pins a user buffer.',
    needs: [3],
  },
]

const MACHINE = {
  name: 'machine',
  type: 'choice',
  default: 'vexpress-128m',
  help: 'Board whose memory layout is used.',
  choices: ['vexpress-128m', 'exynos4-1g'],
} as const

/** A scenario of the user's own, as an engine answers for any text; the id that is kept may be another. */
export function fakeOwn(asked: string, id = asked): OwnScenario {
  const [first] = FAKE_SCENARIOS
  if (first === undefined) throw new Error('no scenario')
  return { info: { ...first, id, title: 'My board', own: true }, text: `text of ${id}`, asked }
}

export const FAKE_SCENARIOS: readonly ScenarioInfo[] = [
  {
    id: 'sc-01',
    counterfactual: false,
    counterfactualReason: null,
    title: 'Camera starves the codec',
    question: "Do a camera's pinned USERPTR buffers make a codec's CMA request fail?",
    group: 'does what it promises',
    description:
      'An application writes four buffers and queues them; a codec then asks for memory.',
    parameters: [
      MACHINE,
      { name: 'buffers', type: 'int', default: '4', help: 'USERPTR buffers the camera queues.' },
      { name: 'bufferSize', type: 'size', default: '2M', help: 'Size of one buffer.' },
      { name: 'request', type: 'size', default: '12M', help: 'What the codec asks of CMA.' },
      { name: 'iommu', type: 'bool', default: 'true', help: 'The camera can scatter its DMA.' },
    ],
  },
  {
    id: 'sc-02',
    counterfactual: false,
    counterfactualReason: null,
    title: 'Untouched buffers',
    question: 'Does it help to queue buffers that were never written?',
    group: 'does what it promises',
    description: 'As SC-01, but nothing writes to the buffers before they are queued.',
    parameters: [MACHINE],
  },
  {
    id: 'sc-11',
    counterfactual: false,
    counterfactualReason: null,
    title: 'Lucky contiguity',
    question: 'What becomes of a buffer that was contiguous by luck when the series moves it?',
    group: 'makes worse',
    description: 'No IOMMU, and a buffer that happens to lie in one piece inside CMA.',
    parameters: [MACHINE],
  },
  {
    id: 'sc-09-cma',
    title: 'Hot-remove beside CMA',
    question: 'Would the series have helped to take memory offline, had there been CMA?',
    group: 'cannot help',
    description: 'The aio ring again, on a machine that has both CMA and hot-remove.',
    counterfactual: true,
    counterfactualReason: 'v3.9 has no machine with both CMA and memory hot-remove',
    parameters: [],
  },
]

function policy(name: PolicyInfo['name'], part: Partial<PolicyInfo>): PolicyInfo {
  return {
    name,
    when: '2013',
    summary: 'Pins and migration get along in this way.',
    rules: [],
    class: null,
    callers: [],
    variants: [],
    passes: null,
    refusal:
      name === 'rfc2013'
        ? { patches: null, fixes: null }
        : { patches: `policy ${name}: leave the patches out`, fixes: 'leave the fixes out' },
    ...part,
  }
}

export const FAKE_KERNELS: KernelCatalogue = {
  policies: [
    policy('rfc2013', {}),
    policy('gup-nm', {
      class: 'GUPNM',
      callers: ['aio'],
      variants: [{ name: 'cma', class: 'GUPNMCMA', summary: 'For CMA pages.' }],
    }),
    policy('mmu-notifier', { class: 'NOTIFIER', passes: 3 }),
    policy('longterm-5.1', { class: 'L51' }),
  ],
  fixes: [
    { number: 1, summary: 'Isolation is tried again.', needs: [1, 4], defects: [3, 11] },
    { number: 4, summary: 'First writes honour the flag.', needs: [3], defects: [7] },
  ],
  callers: [
    { name: 'vb2-dma-contig', summary: 'USERPTR buffers.', patch: 5 },
    { name: 'aio', summary: 'The ring.', patch: null },
    { name: 'direct-io', summary: 'Buffers of O_DIRECT.', patch: null },
  ],
}
