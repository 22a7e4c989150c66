import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { execText } from './exec'

const FOLDER = new URL('../../resources/exec/', import.meta.url)

function runFile(name: string): { code: number; stderr: string } {
  let stderr = ''
  const io = { out: () => undefined, err: (text: string) => (stderr += text), live: false }
  const code = execText(io, readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'), name, {})
  return { code, stderr }
}

/** The worked examples of allocator 14 and gup-migration 9 as files that say what they expect. */
const EXAMPLES: readonly (readonly [file: string, title: string])[] = [
  ['ex-01', 'EX-01: blocks freed one by one stand on the list in descending order'],
  ['ex-02', 'EX-02: a request takes the head block and splits it'],
  ['ex-03', 'EX-03: freeing merges the block up to where it was split'],
  ['ex-04', 'EX-04: a page whose buddy two orders up is free goes to the tail'],
  ['ex-05', 'EX-05: any other page goes to the head'],
  ['ex-06', 'EX-06: the tail rule is off at MAX_ORDER - 2'],
  [
    'ex-07',
    'EX-07: five pages come in ascending order and merge whatever the order of their frees',
  ],
  ['ex-08', 'EX-08: a stolen block larger than a pageblock turns every pageblock it covers'],
  ['ex-09', 'EX-09: merging does not look at pageblock types'],
  ['ex-10', 'EX-10: a block that is too small is taken but not stolen'],
  ['ex-11', 'EX-11: a stolen whole pageblock changes its type'],
  ['ex-12', 'EX-12: free pages move without the pageblock when they are less than half of it'],
  ['ex-13', 'EX-13: a larger block wins over CMA'],
  ['ex-14', 'EX-14: RECLAIMABLE always steals'],
  ['ex-15', 'EX-15: the largest block of another type is taken and its pageblock claimed'],
  ['ex-16', 'EX-16: CMA pageblocks are used without being stolen'],
  ['ex-17', 'EX-17: an UNMOVABLE request never gets a CMA page'],
  ['ex-18', 'EX-18: the reserve serves what nothing else can'],
  ['ex-19', 'EX-19: a refill takes a batch'],
  ['ex-20', 'EX-20: a cold refill is mirrored'],
  ['ex-21a', 'EX-21: the sixth free flushes three pages'],
  ['ex-21b', 'EX-21: a flush goes round robin over the types'],
  ['ex-22', 'EX-22: a page parked before its pageblock was isolated escapes'],
  ['ex-22b', 'EX-22: the check of an isolated range takes the stray back'],
  ['ex-23', 'EX-23: isolation takes free pages out of the counters and gives them back'],
  ['ex-23b', 'EX-23: a page freed meanwhile counts when its pageblock comes back'],
  ['ex-24', 'EX-24: a block whose head lies in another pageblock does not move'],
  ['ex-25', 'EX-25: a refusal restores the pageblocks before it'],
  ['ex-26a', 'EX-26: LRU pages do not keep an UNMOVABLE pageblock from isolation'],
  ['ex-26b', 'EX-26: a slab page does'],
  ['ex-26c', 'EX-26: in a MOVABLE pageblock nobody looks'],
  ['ex-26d', 'EX-26: nor in ZONE_MOVABLE'],
  ['ex-27', 'EX-27: a contiguous range is cut out of a free block and given back'],
  ['ex-28', 'EX-28: a range over two pageblocks is trimmed at both ends'],
  ['ex-29', 'EX-29: an LRU page is moved out of the range'],
  ['ex-30', 'EX-30: one pin costs fifty attempts and the range'],
  ['ex-31', 'EX-31: without memory for targets the range fails with -ENOMEM'],
  ['ex-32', 'EX-32: a busy first page fails without a message'],
  ['ex-33a', 'EX-33: a busy later page fails with the message of the check'],
  ['ex-33b', 'EX-33: a block found below the range need not cover it'],
  ['ex-34', 'EX-34: small CMA blocks are subtracted twice'],
  ['ex-35', 'EX-35: watermarks and per-CPU sizes follow from the zones'],
  ['ex-36', 'EX-36: a lower zone keeps pages from requests for a higher one'],
  ['ex-37', 'EX-37: urgent requests reach below the mark'],
  ['ex-38', 'EX-38: reserve blocks come and go with WMARK_MIN'],
  ['ex-38b', 'EX-38: two pageblocks at most, and the surplus one goes back'],
  ['ex-38c', 'EX-38: a large mark reserves two pageblocks as well'],
  ['ex-38d', 'EX-38: a pageblock with a reserved frame is passed over'],
  ['ex-38e', 'EX-38: no mark, no reserve'],
  ['ex-39', 'EX-39: an area is activated pageblock by pageblock'],
  ['ex-40', 'EX-40: smaller pageblocks merge as they are activated'],
  ['ex-41', 'EX-41: the bitmap search'],
  ['ex-42', 'EX-42: a busy position is followed by the next aligned one'],
  ['ex-42b', 'EX-42: without alignment every start is tried'],
  ['ex-42c', 'EX-42: any other error ends the search'],
  ['ex-43', 'EX-43: a page that is still held stays with its holder'],
  ['ex-44', 'EX-44: freed CMA pages wait on the MOVABLE per-CPU list'],
  ['ex-45', 'EX-45: the fifteenth new page flushes the fourteen before it'],
  ['ex-46', 'EX-46: a scan takes 32 pages, the last one first'],
  ['ex-47a', 'EX-47: a pinned page keeps its memory on line until the time is up'],
  ['ex-47b', 'EX-47: a kernel page fails it at once when no LRU page is left'],
  ['ex-47c', 'EX-47: a kernel page behind LRU pages fails it after five rounds'],
  ['ex-47d', 'EX-47: a pending signal ends it'],
  ['ex-47e', 'EX-47: without a pin the memory goes off line, and comes back'],
  ['ex-48', 'EX-48: masks as the trace prints them'],
  ['ex-49', 'EX-49: an order beyond the largest gets a warning and no page'],
  ['ex-50', 'EX-50: pages on the other per-CPU lists do not help until they are drained'],
  ['ex-51', 'EX-51: with small pageblocks isolation can count a block twice'],
  ['me-01', 'ME-01: a write fault leaves a page with a mapping and a pagevec slot'],
  ['me-02', 'ME-02: a read fault maps the zero page, a write then copies it'],
  ['me-03', 'ME-03: the fifteenth page flushes the fourteen before it'],
  ['me-04', 'ME-04: CMA moves a page nobody pins'],
  ['me-05', 'ME-05: one pin fails fifty attempts'],
  ['me-06', 'ME-06: a pin put between two passes lets the next one succeed'],
  [
    'me-07',
    'ME-07: a page that is pinned and no longer mapped is tried fifty times without an unmap',
  ],
  ['me-08', 'ME-08: a page freed while it was isolated counts as moved'],
  ['me-09', 'ME-09: a page in the swap cache moves with it and is found again by a minor fault'],
  ['me-10', 'ME-10: a pin keeps a swap cache page, and its entry is gone'],
  ['me-11', 'ME-11: a file page with buffers moves with them'],
  ['me-11b', 'ME-11: with one pin more it does not'],
  ['me-12', 'ME-12: a clean page of a file is dropped, not moved'],
  ['me-12b', 'ME-12: a pinned one is unmapped, kept, and mapped again by the next fault'],
  ['me-13', 'ME-13: a waiter before the count test costs a pass'],
  ['me-14', 'ME-14: a waiter behind the count test does not'],
  ['me-15', 'ME-15: get_user_pages faults in what it is to write'],
  ['me-16', 'ME-16: a read pin of untouched memory pins the zero page'],
  ['me-17', 'ME-17: a write pin after fork copies'],
  ['me-18', 'ME-18: once the child is gone the page is reused'],
  ['me-19', 'ME-19: a write keeps the frame of a read pin'],
  ['me-20', 'ME-20: a partial pin fails QBUF and is put again'],
  ['me-21', 'ME-21: without an IOMMU the frames must be consecutive'],
  ['me-21b', 'ME-21: with an IOMMU they need not'],
  ['me-22', 'ME-22: pins last until the buffers are freed'],
  [
    'me-23',
    'ME-23: a pinned page moves a buffer behind it, and stops one that needs the whole area',
  ],
  ['me-24', 'ME-24: a durable pin of a touched CMA page gets another frame'],
  ['me-25', 'ME-25: an untouched page is faulted in and then moved'],
  ['me-26', 'ME-26: patches 3 and 5 alone leave an untouched page in CMA'],
  ['me-27', 'ME-27: a zero page entry is copied outside CMA'],
  ['me-28', 'ME-28: a fork copy is safe, a reused page is not'],
  ['me-28b', 'ME-28: a reused page stays in CMA under patches 3 and 5'],
  ['me-28c', 'ME-28: the whole series moves it'],
  ['me-29', 'ME-29: a foreign pin keeps the page in CMA, and nobody says so'],
  ['me-30', 'ME-30: a page off the LRU is not moved and stays for the whole session'],
  ['me-31', 'ME-31: without memory the old page is pinned'],
  ['me-32', 'ME-32: one move serves both processes of a fork'],
  ['me-33', 'ME-33: a swap cache page is replaced while its entry is gone'],
  ['me-34', 'ME-34: a page given up meanwhile is replaced by a frame nobody filled'],
  ['me-35', 'ME-35: without FOLL_GET the page is freed under its mapping'],
  ['me-36', 'ME-36: the series drains every CPU once for each CMA page'],
  ['me-37', 'ME-37: the series does not move a huge page'],
  ['me-37b', 'ME-37: with DEBUG_VM it is a BUG'],
  ['me-38', 'ME-38: a buffer that is contiguous inside CMA is queued at baseline'],
  ['me-38b', 'ME-38: the series scatters it, and QBUF fails'],
  ['me-39', 'ME-39: longterm-5.1 pins the page it cannot move where it is'],
  ['me-40', 'ME-40: longterm-5.13 pins nothing then, and what moved stays moved'],
  ['me-41', 'ME-41: longterm-5.13 tries until the page is back on the LRU'],
  ['me-42', 'ME-42: the ring of aio moves and its owner follows'],
  ['me-43', 'ME-43: gup-nm moves pages of ZONE_MOVABLE out of it'],
  ['me-43b', 'ME-43: and pins nothing when one is off the LRU'],
  ['p0-4', 'P0-4: a call that passes FOLL_DURABLE is a user of patches 1, 3 and 4'],
  ['p0-4b', 'P0-4: RDMA marked as converted passes it as well'],
  ['gup-16', 'GUP-16: direct I/O keeps its page in CMA for as long as the device works'],
  ['gup-16b', 'GUP-16: memory registered for RDMA stays pinned until it is deregistered'],
  ['vb2-2', 'VB2-2: while read() drives a queue its ioctls say -EBUSY'],
  ['vb2-20', 'VB2-20: get_userptr pins all pages or none'],
  ['8-4', '8.4: the search for a position goes by the bitmap'],
  ['2-5-3', '2.5.3: vm.lowmem_reserve_ratio decides how much a lower zone keeps'],
]

describe('pinscope exec on the worked examples', () => {
  it.each(EXAMPLES)('%s: %s', (file) => {
    expect(runFile(file)).toEqual({ code: 0, stderr: '' })
  })

  it('has a row above for every file that ships', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
    expect(EXAMPLES.map(([file]) => `${file}.json`).toSorted()).toEqual(files.toSorted())
  })

  it('finds out when an example does not come true', () => {
    let stderr = ''
    const io = { out: () => undefined, err: (text: string) => (stderr += text), live: false }
    const text = readFileSync(new URL('ex-02.json', FOLDER), 'utf8').replace(
      '"pfn": 24',
      '"pfn": 25',
    )
    expect(execText(io, text, 'ex-02', {})).toBe(1)
    expect(stderr).toBe('pinscope: ex-02: call 0: alloc_pages: pfn: expected 25, got 24\n')
  })
})
