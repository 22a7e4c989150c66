/*
 * State, free lists, per-CPU lists and entry points of the twin, written from the rules (allocator
 * sections 3 to 5, errata 1) and named like the model's functions. One zone, one CPU.
 */
#include <stdint.h>
#include <stdlib.h>

enum { UNMOVABLE, RECLAIMABLE, MOVABLE, RESERVE, CMA, ISOLATE, MIGRATE_TYPES, PCPTYPES = 3 };
enum { MAX_ORDER = 11, PAGEBLOCK_ORDER = 10, PAGEBLOCK = 1 << PAGEBLOCK_ORDER };
enum { BOOTMEM_ORDER = 5, START_PFN = 0x40000, NULL_PAGE = -1, BUDDY_MAPCOUNT = -128 };
enum { WMARK_MIN, WMARK_LOW, WMARK_HIGH, ALLOC_CPUSET = 0x40, ALLOC_CMA = 0x80 };
enum { ALLOC_HARDER = 0x10, ALLOC_HIGH = 0x20, NR_FREE, NR_FREE_CMA, NR_ITEMS };
enum { GFP_KERNEL = 0xd0, GFP_TEMPORARY = 0x800d0, GFP_HIGHUSER_MOVABLE = 0x200da };
enum { GFP_RECLAIMABLE_BIT = 0x80000, GFP_MOVABLE_BIT = 0x8 };
/* Flags that must be clear at free (1.5.1), and the bit that says anonymous in `mapping`. */
enum { CHECK_AT_FREE = 0x18bce1, MAPPING_ANON = 1 };
enum { COST_ALLOC_NS = 300, COST_FREE_NS = 200 };
enum { EV_ALLOC = 1, EV_FREE = 2, EV_ZONE_LOCKED = 4, EV_PCPU_DRAIN = 5, EV_EXTFRAG = 6 };
enum { EV_WAKEUP_KSWAPD = 20, EV_SET_TYPE = 48, EV_WOULD_LOOP = 53 };
enum { NR_REF_KINDS = 11, REF_ALLOC = 0, USE_NONE = 0, USE_KERNEL = 2 };

/* One page is half a cache line. Links are indices; list heads follow behind the last page. */
struct page {
	int32_t next, prev;
	uint32_t flags;
	int32_t count, mapcount;
	uint32_t private;
	/* Cached migratetype while free or on a per-CPU list. */
	uint32_t index;
	uint32_t mapping;
};

static struct page *mem;
static uint8_t *pageblock;
static int32_t nr_pages;
static int32_t managed_pages;
static int32_t free_list[MAX_ORDER][MIGRATE_TYPES];
static int32_t nr_free[MAX_ORDER];
static int32_t watermark[3];
static int32_t lowmem_reserve[1];
static int32_t vm_stat[NR_ITEMS], vm_stat_diff[NR_ITEMS], stat_threshold;
static struct {
	int32_t count, high, batch, lists[PCPTYPES];
} pcp;
static uint64_t now_ns;
static uint32_t allocs, frees;
/* Events that /proc/vmstat counts here (1.7.4). */
static double pgalloc_normal, pgfree;
/* Woken once; nothing here lets it run and sleep again (5.8.1). */
static int kswapd_awake;

#include "twin_record.h"

/* ---- Lists and counters ---- */

static inline void insertBetween(int32_t node, int32_t prev, int32_t next)
{
	mem[next].prev = node;
	mem[node].next = next;
	mem[node].prev = prev;
	mem[prev].next = node;
}

static inline void list_add(int32_t node, int32_t head) { insertBetween(node, head, mem[head].next); }
static inline void list_add_tail(int32_t node, int32_t head) { insertBetween(node, mem[head].prev, head); }

static inline void list_del(int32_t node)
{
	mem[mem[node].prev].next = mem[node].next;
	mem[mem[node].next].prev = mem[node].prev;
}

/* Beyond the threshold a CPU's difference goes to the zone (errata 1). */
static inline void mod_zone_page_state(int item, int32_t delta)
{
	int32_t x = vm_stat_diff[item] + delta;

	if (x > stat_threshold || x < -stat_threshold) {
		vm_stat[item] += x;
		x = 0;
	}
	vm_stat_diff[item] = x;
}

static inline int32_t zone_page_state(int item)
{
	return vm_stat[item] < 0 ? 0 : vm_stat[item];
}

static inline void mod_zone_freepage_state(int32_t nr, int type)
{
	mod_zone_page_state(NR_FREE, nr);
	if (type == CMA)
		mod_zone_page_state(NR_FREE_CMA, nr);
}

static inline int get_pageblock_migratetype(int32_t page) { return pageblock[page >> PAGEBLOCK_ORDER]; }

static void set_pageblock_migratetype(int32_t page, int type)
{
	int32_t block = page >> PAGEBLOCK_ORDER;
	int old = pageblock[block];

	if (old == type)
		return;
	pageblock[block] = type;
	emit(EV_SET_TYPE, (block << PAGEBLOCK_ORDER) + START_PFN, old, type, 0);
}

/* ---- Buddy lists (section 3) ---- */

static inline int page_is_buddy(int32_t buddy, int order)
{
	return buddy < nr_pages && mem[buddy].mapcount == BUDDY_MAPCOUNT &&
	       mem[buddy].private == (uint32_t)order;
}

static inline void set_page_order(int32_t page, int order)
{
	mem[page].private = order;
	mem[page].mapcount = BUDDY_MAPCOUNT;
}

static inline void takeFreeBlock(int32_t page, int order)
{
	list_del(page);
	mem[page].mapcount = -1;
	mem[page].private = 0;
	nr_free[order]--;
}

/* 3.2: merge upwards; the tail of the list when the parent's buddy waits to merge (3.2.3). */
static void free_one_page_raw(int32_t page, int order, int type)
{
	while (order < MAX_ORDER - 1) {
		int32_t buddy = page ^ (1 << order);

		if (!page_is_buddy(buddy, order))
			break;
		takeFreeBlock(buddy, order);
		page &= ~(1 << order);
		order++;
	}
	set_page_order(page, order);
	if (order < MAX_ORDER - 2 && page_is_buddy((page & ~(1 << order)) ^ (2 << order), order + 1))
		list_add_tail(page, free_list[order][type]);
	else
		list_add(page, free_list[order][type]);
	nr_free[order]++;
}

static void free_one_page(int32_t page, int order, int type)
{
	free_one_page_raw(page, order, type);
	if (type != ISOLATE)
		mod_zone_freepage_state(1 << order, type);
}

/* 3.4.2 */
static inline void expand(int32_t page, int low, int high, int type)
{
	while (high > low) {
		int32_t half = page + (1 << --high);

		list_add(half, free_list[high][type]);
		nr_free[high]++;
		set_page_order(half, high);
	}
}

static int32_t rmqueue_smallest(int order, int type)
{
	for (int current = order; current < MAX_ORDER; current++) {
		int32_t head = free_list[current][type], page = mem[head].next;

		if (page == head)
			continue;
		takeFreeBlock(page, current);
		expand(page, order, current, type);
		return page;
	}
	return NULL_PAGE;
}

/* 3.7; a pageblock here is always whole and inside the one zone. */
static int32_t move_freepages_block(int32_t page, int type)
{
	int32_t at = page >> PAGEBLOCK_ORDER << PAGEBLOCK_ORDER, end = at + PAGEBLOCK, moved = 0;

	while (at < end) {
		if (mem[at].mapcount != BUDDY_MAPCOUNT) {
			at++;
			continue;
		}
		int order = mem[at].private;

		list_del(at);
		list_add(at, free_list[order][type]);
		mem[at].index = type;
		at += 1 << order;
		moved += 1 << order;
	}
	return moved;
}

/* 3.6 */
static int32_t stealBlock(int32_t page, int order, int current, int start, int fallback)
{
	int type = fallback;

	if (fallback != CMA && (current >= PAGEBLOCK_ORDER / 2 || start == RECLAIMABLE)) {
		if (move_freepages_block(page, start) >= PAGEBLOCK / 2)
			set_pageblock_migratetype(page, start);
		type = start;
	}
	takeFreeBlock(page, current);
	if (current >= PAGEBLOCK_ORDER && type != CMA)
		for (int32_t at = page; at < page + (1 << current); at += PAGEBLOCK)
			set_pageblock_migratetype(at, start);
	expand(page, order, current, type == CMA ? type : start);
	emit(EV_EXTFRAG, page + START_PFN, order,
	     current << 24 | PAGEBLOCK_ORDER << 16 | start << 8 | type, 0);
	return page;
}

/* 3.5; RESERVE ends a row. */
static const uint8_t fallbacks[MIGRATE_TYPES][4] = {
	[UNMOVABLE] = { RECLAIMABLE, MOVABLE, RESERVE },
	[RECLAIMABLE] = { UNMOVABLE, MOVABLE, RESERVE },
	[MOVABLE] = { CMA, RECLAIMABLE, UNMOVABLE, RESERVE },
	[RESERVE] = { RESERVE },
	[CMA] = { RESERVE },
	[ISOLATE] = { RESERVE },
};

static int32_t rmqueue_fallback(int order, int start)
{
	for (int current = MAX_ORDER - 1; current >= order; current--) {
		for (const uint8_t *row = fallbacks[start]; *row != RESERVE; row++) {
			int32_t head = free_list[current][*row], page = mem[head].next;

			if (page != head)
				return stealBlock(page, order, current, start, *row);
		}
	}
	return NULL_PAGE;
}

/* 3.8 */
static int32_t rmqueue(int order, int type)
{
	int tried = type;
	int32_t page = rmqueue_smallest(order, type);

	if (page == NULL_PAGE && type != RESERVE) {
		page = rmqueue_fallback(order, type);
		if (page == NULL_PAGE) {
			tried = RESERVE;
			page = rmqueue_smallest(order, RESERVE);
		}
	}
	emit(EV_ZONE_LOCKED, page == NULL_PAGE ? -1 : page + START_PFN, order, tried, 0);
	return page;
}

/* ---- Per-CPU lists (section 4) ---- */

/* 4.3; NF falls once by the number taken, NC page by page (errata 1). */
static int32_t rmqueue_bulk(int32_t list, int type)
{
	int32_t last = list, taken = 0;

	for (; taken < pcp.batch; taken++) {
		int32_t page = rmqueue(0, type);

		if (page == NULL_PAGE)
			break;
		list_add(page, last);
		last = page;
		int block = get_pageblock_migratetype(page);
		int cached = block == CMA || block == ISOLATE ? block : type;

		mem[page].index = cached;
		if (cached == CMA)
			mod_zone_page_state(NR_FREE_CMA, -1);
	}
	mod_zone_page_state(NR_FREE, -taken);
	return taken;
}

static int32_t takePcpPage(int type)
{
	int32_t list = pcp.lists[type], page = mem[list].next;

	if (page == list) {
		pcp.count += rmqueue_bulk(list, type);
		page = mem[list].next;
		if (page == list)
			return NULL_PAGE;
	}
	list_del(page);
	pcp.count--;
	return page;
}

/* 4.5: round robin over the types, longer runs when lists are empty. */
static void free_pcppages_bulk(int32_t remaining)
{
	int type = 0, run = 0;

	while (remaining > 0) {
		int32_t list;

		do {
			run++;
			type = type == PCPTYPES - 1 ? 0 : type + 1;
			list = pcp.lists[type];
		} while (mem[list].next == list);
		if (run == PCPTYPES)
			run = remaining;
		do {
			int32_t page = mem[list].prev;
			int cached = mem[page].index;

			list_del(page);
			free_one_page_raw(page, 0, cached);
			emit(EV_PCPU_DRAIN, page + START_PFN, 0, cached, 0);
			if (get_pageblock_migratetype(page) != ISOLATE) {
				mod_zone_page_state(NR_FREE, 1);
				if (cached == CMA)
					mod_zone_page_state(NR_FREE_CMA, 1);
			}
			remaining--;
		} while (remaining > 0 && --run > 0 && mem[list].next != list);
	}
}

/* ---- Entry points ---- */

static int isPageBad(int32_t page, uint32_t forbidden)
{
	const struct page *p = &mem[page];

	return p->mapcount != -1 || p->mapping != 0 || p->count != 0 || (p->flags & forbidden) != 0;
}

/* 5.3 */
static int zone_watermark_ok(int order, int32_t mark, int flags)
{
	int32_t free = zone_page_state(NR_FREE) - ((1 << order) - 1), min = mark;

	if (flags & ALLOC_HIGH)
		min -= min >> 1;
	if (flags & ALLOC_HARDER)
		min -= min >> 2;
	if (!(flags & ALLOC_CMA))
		free -= zone_page_state(NR_FREE_CMA);
	if (free <= min + lowmem_reserve[0])
		return 0;
	for (int o = 0; o < order; o++) {
		free -= nr_free[o] << o;
		min >>= 1;
		if (free <= min)
			return 0;
	}
	return 1;
}

static int32_t get_page_from_freelist(int order, int flags, int type)
{
	int32_t page;

	if (!zone_watermark_ok(order, watermark[flags & 3], flags))
		return NULL_PAGE;
	if (order == 0) {
		page = takePcpPage(type);
		if (page == NULL_PAGE)
			return NULL_PAGE;
	} else {
		page = rmqueue(order, type);
		if (page == NULL_PAGE)
			return NULL_PAGE;
		mod_zone_freepage_state(-(1 << order), get_pageblock_migratetype(page));
	}
	for (int32_t at = page; at < page + (1 << order); at++)
		if (isPageBad(at, ~0u))
			exit(5);
	mem[page].private = 0;
	ref_init(page, REF_ALLOC);
	ledgerTake(page, order);
	pgalloc_normal += 1 << order;
	mem[page].index = 0;
	return page;
}

/* 5.8.1 */
static void wakeup_kswapd(int order)
{
	if (kswapd_awake || zone_watermark_ok(order, watermark[WMARK_LOW], 0))
		return;
	emit(EV_WAKEUP_KSWAPD, 0, 0, order, 0);
	kswapd_awake = 1;
}

/* 5.5 and the parts of 5.6 that need neither reclaim nor compaction. */
static int32_t alloc_pages(int gfp, int order)
{
	int type = (gfp & GFP_MOVABLE_BIT ? 2 : 0) + (gfp & GFP_RECLAIMABLE_BIT ? 1 : 0);
	int cma = type == MOVABLE ? ALLOC_CMA : 0;

	now_ns += COST_ALLOC_NS;
	allocs++;
	int32_t page = get_page_from_freelist(order, WMARK_LOW | ALLOC_CPUSET | cma, type);

	if (page == NULL_PAGE) {
		wakeup_kswapd(order);
		page = get_page_from_freelist(order, WMARK_MIN | ALLOC_CPUSET | cma, type);
	}
	if (page == NULL_PAGE)
		emit(EV_WOULD_LOOP, gfp, order, 0, 0);
	emit(EV_ALLOC, page == NULL_PAGE ? -1 : page + START_PFN, order, type, gfp);
	return page;
}

static void free_pages_prepare(int32_t page, int order)
{
	if (mem[page].mapping & MAPPING_ANON)
		mem[page].mapping = 0;
	for (int32_t at = page; at < page + (1 << order); at++) {
		if (isPageBad(at, CHECK_AT_FREE))
			exit(6);
		mem[at].flags = 0;
	}
	ledgerFree(page, order);
}

/* 3.3.1 and 4.4 */
static void free_pages(int32_t page, int order)
{
	if (ref_drop(page, REF_ALLOC) != 0)
		return;
	now_ns += COST_FREE_NS;
	frees++;
	emit(EV_FREE, page + START_PFN, order, 0, 0);
	free_pages_prepare(page, order);
	pgfree += 1 << order;
	int type = get_pageblock_migratetype(page);

	mem[page].index = type;
	if (order > 0 || type == ISOLATE) {
		free_one_page(page, order, type);
		return;
	}
	list_add(page, pcp.lists[type >= PCPTYPES ? MOVABLE : type]);
	if (++pcp.count >= pcp.high) {
		free_pcppages_bulk(pcp.batch);
		pcp.count -= pcp.batch;
	}
}
