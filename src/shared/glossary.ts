/**
 * What the words on the screen mean, and the rules of the two specifications that say so. The glossary of the
 * window, the links from terms, and docs/glossary.md are all made from this.
 */

export interface Term {
  readonly id: string
  /** As it is written on the screen. */
  readonly term: string
  readonly text: string
  /** Rules by their ids; empty where a word is ours. */
  readonly rules: readonly string[]
  /** Ids of terms to read next. */
  readonly see: readonly string[]
}

export const GLOSSARY: readonly Term[] = [
  {
    id: 'alloc-contig-range',
    term: 'alloc_contig_range()',
    text: 'Takes a range of frames out of use: isolates its pageblocks, moves what can move, drains, tests that all is free, and takes it off the free lists.',
    rules: ['7.1.1', 'MIG-2', 'MIG-5'],
    see: ['isolation', 'migration'],
  },
  {
    id: 'anon',
    term: 'anonymous page',
    text: 'Memory of a process that belongs to no file. The first write to an empty place gets a MOVABLE page, which may lie in CMA; patch 3 does not change that.',
    rules: ['1.4.1', 'FLT-5', 'P3-5'],
    see: ['zero-page'],
  },
  {
    id: 'attempt',
    term: 'attempt',
    text: 'One call of unmap_and_move() for a page. A page that stays busy is tried ten times a call of migrate_pages(), fifty times a position.',
    rules: ['MIG-4', 'MIG-9'],
    see: ['migration'],
  },
  {
    id: 'buddy',
    term: 'buddy allocator',
    text: 'Keeps free memory in blocks of a power of two pages; when both halves of a larger block are free, they merge.',
    rules: ['3.2.1', '3.4.1'],
    see: ['order', 'free-list'],
  },
  {
    id: 'cma',
    term: 'CMA area',
    text: 'A range reserved at boot whose free pages MOVABLE requests may use until a driver needs contiguous memory there; then they have to move out.',
    rules: ['8.1.1', '8.2.1', 'REF-32'],
    see: ['contiguous-request', 'migration'],
  },
  {
    id: 'contiguous-request',
    term: 'contiguous request',
    text: "dma_alloc_from_contiguous(): looks for a hole in the area's bitmap and tries to empty that range; when it is busy, the next hole is tried, until there is none: then the request fails.",
    rules: ['8.3.1', 'MIG-1'],
    see: ['position', 'alloc-contig-range', 'errno'],
  },
  {
    id: 'count',
    term: '_count',
    text: 'References to a page: from page tables, pins, pagevecs, the page cache and others. At 0 the page is freed.',
    rules: ['1.4', '1.6.1', 'REF-29'],
    see: ['ledger', 'mapcount'],
  },
  {
    id: 'digest',
    term: 'digest',
    text: 'A checksum over the events of a run and its outcomes: the same recipe gives the same digest, on every machine.',
    rules: [],
    see: ['divergence'],
  },
  {
    id: 'drain',
    term: 'drain',
    text: 'Empties per-CPU queues: lru_add_drain_all() the pagevecs, drain_all_pages() the pcp lists.',
    rules: ['4.6.1', 'REF-16'],
    see: ['pagevec', 'pcp'],
  },
  {
    id: 'errno',
    term: 'errno',
    text: 'What a call returned: -ENOMEM for want of memory or of a free range, -EBUSY for what is in use, -EAGAIN for what could be tried again.',
    rules: ['0.4.6', '7.9'],
    see: ['contiguous-request'],
  },
  {
    id: 'expected-count',
    term: 'expected count',
    text: 'What `_count` must be for a page to be moved once it is isolated and unmapped: 1 for an anonymous page, more with swap or page cache and private data. One reference too many and the attempt ends with -EAGAIN.',
    rules: ['REF-23', 'REF-24', 'REF-25', 'REF-26', 'REF-27'],
    see: ['count', 'pin'],
  },
  {
    id: 'fallback',
    term: 'fallback',
    text: "When the lists of a request's own migratetype are empty, blocks of other types are taken, in a fixed order. Nothing but MOVABLE requests ever falls back on CMA, and nothing on ISOLATE.",
    rules: ['3.5', '3.6.1', '6.5.2'],
    see: ['migratetype', 'cma'],
  },
  {
    id: 'divergence',
    term: 'first divergence',
    text: 'Where two runs of one workload begin to differ, call by call of each actor, without regard to time.',
    rules: [],
    see: ['digest'],
  },
  {
    id: 'foll-durable',
    term: 'FOLL_DURABLE',
    text: 'The flag of the series with which a caller says that its pins will last: pages are then allocated outside of CMA where patch 3 applies, and moved out of CMA by patch 4.',
    rules: ['P0-1', 'P3-1', 'P4-2'],
    see: ['series', 'long-pin'],
  },
  {
    id: 'fork',
    term: 'fork (of a run)',
    text: 'The same run up to some event, where one thing is changed; from there on it goes its own way. The parent stays as it is.',
    rules: [],
    see: ['divergence'],
  },
  {
    id: 'free-list',
    term: 'free list',
    text: 'The free blocks of one order and migratetype of a zone. `nr_free` counts the blocks of an order over all types.',
    rules: ['3.1.1'],
    see: ['buddy', 'pcp'],
  },
  {
    id: 'gup',
    term: 'get_user_pages()',
    text: 'Brings pages of a process in, page by page, and pins them. It can return fewer than asked for; those it returned are pinned.',
    rules: ['GUP-1', 'GUP-12'],
    see: ['pin'],
  },
  {
    id: 'lenient',
    term: 'lenient mode',
    text: 'Runs a subset that does not build as if what is missing did nothing. In strict mode it is refused.',
    rules: ['P0-3'],
    see: ['series'],
  },
  {
    id: 'long-pin',
    term: 'long pin',
    text: 'A pin held for as long as a buffer lives, not for one transfer. videobuf2 keeps its USERPTR pins from the first QBUF until the buffer gets another address, or its queue is released: neither DQBUF nor STREAMOFF lets go.',
    rules: ['VB2-25', 'VB2-26'],
    see: ['pin', 'foll-durable'],
  },
  {
    id: 'lru',
    term: 'LRU',
    text: 'Lists of pages by how recently they were used, per zone: active and inactive, anonymous and file, and unevictable. Being on a list holds no reference; only pages on a list can be isolated for migration.',
    rules: ['10.1.1', 'REF-3', 'REF-4'],
    see: ['pagevec'],
  },
  {
    id: 'mapcount',
    term: '_mapcount',
    text: 'How many page-table entries map a page. Each of them also owns a reference.',
    rules: ['1.4', 'REF-2'],
    see: ['count'],
  },
  {
    id: 'offline',
    term: 'memory offline',
    text: 'Takes a block of memory out of use. One pinned page in it makes the loop spin until its deadline of 120 seconds.',
    rules: ['11.2 step 5', 'MIG-44', 'MIG-46'],
    see: ['migration'],
  },
  {
    id: 'migratetype',
    term: 'migratetype',
    text: 'What a pageblock is meant for: UNMOVABLE, RECLAIMABLE, MOVABLE, RESERVE, CMA or ISOLATE. It decides on which free list a frame of the block goes, and so who may get it.',
    rules: ['1.8.1', '2.3.1'],
    see: ['pageblock', 'fallback'],
  },
  {
    id: 'mlock',
    term: 'mlock',
    text: 'Keeps pages from being reclaimed, and holds no reference: an mlocked page can be migrated. It is not a pin.',
    rules: ['REF-8', 'MIG-40'],
    see: ['pin'],
  },
  {
    id: 'order',
    term: 'order',
    text: 'Size of a block as a power of two: order 0 is one page, order 10 is 1,024. The buddy allocator keeps one set of free lists an order.',
    rules: ['1.1', '3.1.1'],
    see: ['buddy'],
  },
  {
    id: 'isolation',
    term: 'page isolation',
    text: 'Sets pageblocks to ISOLATE, so that what is freed there cannot be handed out again while a range is emptied.',
    rules: ['6.1.3', '6.5.2', 'MIG-2'],
    see: ['pageblock', 'alloc-contig-range'],
  },
  {
    id: 'migration',
    term: 'page migration',
    text: 'Moves the contents of a page to another frame: takes its mappings away, checks that nobody else holds it, copies, and maps the new frame. One attempt is unmap_and_move().',
    rules: ['MIG-12', 'MIG-27', 'MIG-31'],
    see: ['attempt', 'expected-count'],
  },
  {
    id: 'pageblock',
    term: 'pageblock',
    text: 'The unit in which memory has a migratetype: 1,024 frames (4 MiB) on the ARM boards, 512 (2 MiB) on x86_64. Isolation works on whole pageblocks.',
    rules: ['1.1', '1.8.1', '1.8.2'],
    see: ['migratetype', 'isolation'],
  },
  {
    id: 'pagevec',
    term: 'pagevec',
    text: 'A small per-CPU queue of 14 pages in front of the LRU. Each slot holds a reference, which keeps a page from moving until the queue is drained.',
    rules: ['REF-5', 'REF-12', 'REF-13'],
    see: ['lru', 'drain'],
  },
  {
    id: 'pcp',
    term: 'pcp list',
    text: 'Per-CPU lists of single free pages, in front of the buddy lists. Pages there are in no counter of free pages, and remember the migratetype they were freed under.',
    rules: ['4.1.6', '4.3.2', '4.4.5'],
    see: ['free-list', 'drain'],
  },
  {
    id: 'pfn',
    term: 'PFN',
    text: 'Page frame number: a physical address divided by the page size of 4,096 bytes. Written in hex everywhere here.',
    rules: ['1.1'],
    see: ['pageblock'],
  },
  {
    id: 'pin',
    term: 'pin',
    text: 'A reference that get_user_pages() takes so that a device may use the page: +1 on `_count` and nothing else, so the kernel cannot tell it from any other reference.',
    rules: ['1.6.3', 'REF-7'],
    see: ['gup', 'long-pin', 'mlock'],
  },
  {
    id: 'ledger',
    term: 'reference ledger',
    text: 'Who holds a page: every reference with its kind and holder. The kernel keeps only the sum, `_count`; the model keeps both, and they are always equal.',
    rules: ['REF-29'],
    see: ['count', 'pin'],
  },
  {
    id: 'swap-cache',
    term: 'swap cache',
    text: 'Keeps an anonymous page that has a place in swap; one more reference, and its entries stay swap entries after a try to migrate it.',
    rules: ['REF-6', 'REF-24', 'MIG-33'],
    see: ['expected-count'],
  },
  {
    id: 'series',
    term: 'the series',
    text: 'Five patches of 5 March 2013. They depend on each other: of 32 subsets 16 build, and only two do all that the series promises.',
    rules: ['P0-1', 'P0-2', 'P0-5'],
    see: ['foll-durable'],
  },
  {
    id: 'thp',
    term: 'transparent huge page',
    text: 'A huge page of a process. The isolation scan passes over it without a word, so one in a CMA block makes the request fail.',
    rules: ['REF-9', 'MIG-7'],
    see: ['contiguous-request'],
  },
  {
    id: 'position',
    term: 'tried position',
    text: 'One range that a contiguous request tried to empty. It is given up with -EBUSY at the first pages that cannot be taken.',
    rules: ['MIG-1', 'MIG-36'],
    see: ['contiguous-request'],
  },
  {
    id: 'userptr',
    term: 'USERPTR buffer',
    text: 'A video buffer in memory of the process. videobuf2 pins its pages at QBUF; the dma-contig allocator without an IOMMU needs their frames to follow each other.',
    rules: ['VB2-4', 'VB2-20', 'VB2-22'],
    see: ['long-pin'],
  },
  {
    id: 'virtual-time',
    term: 'virtual time',
    text: 'Time of the model, from a table of costs per operation. Counts are claims about the kernel; times are shapes.',
    rules: [],
    see: ['digest'],
  },
  {
    id: 'watermark',
    term: 'watermark',
    text: 'How many free pages a zone must keep: below LOW kswapd is woken, below MIN an ordinary request fails. Free CMA pages do not count for requests that could not use them.',
    rules: ['5.2.2', '5.3.4', '5.5.1'],
    see: ['zone', 'cma'],
  },
  {
    id: 'zero-page',
    term: 'zero page',
    text: 'The one page of zeroes that all read-only touched anonymous memory shares. It can be pinned like any other.',
    rules: ['FLT-4', 'REF-10'],
    see: ['anon'],
  },
  {
    id: 'zone',
    term: 'zone',
    text: 'A range of frames with its own free lists, counters and watermarks: DMA, DMA32, Normal, HighMem, Movable.',
    rules: ['1.2.1', '1.3.1'],
    see: ['watermark'],
  },
]

/** The glossary as a document. */
export function glossaryMarkdown(): string {
  const termOf = new Map(GLOSSARY.map((t) => [t.id, t.term]))
  const parts = GLOSSARY.map(({ term, text, rules, see }) => {
    const cited = rules.length === 0 ? '' : `Rules: ${rules.join(', ')}. `
    const more = see.map((id) => termOf.get(id) ?? id).join(', ')
    return `**${term}** - ${text} ${cited}${more === '' ? '' : `See ${more}.`}`.trim()
  })
  return `# Glossary\n\nThe words on the screen. Rules are ids of the specifications the model was built from; what each says\nand where it is implemented and tested is in [CONFORMANCE.md](CONFORMANCE.md).\n\n${parts.join('\n\n')}\n`
}
