/*
 * The allocator core a second time, in C: what the TypeScript model is measured against.
 *
 * It follows the same rules (allocator sections 1.9, 3, 4, 5 and errata 1) on the same operation
 * stream (bench/stream.ts), so every returned PFN is equal; the checksum over them proves it in
 * each run. Built with -DRECORD it also keeps who got a frame when, and the event digest, and then
 * the digest over all events is equal too.
 *
 * Usage: twin PAGES OPERATIONS SEED; prints one JSON object. Numbers of one run only: the caller
 * repeats and compares.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "twin_core.h"

/* ---- Boot (1.9, 3.9, 4.1, 5.1, 5.2, 8.2) ---- */

static int fls(uint32_t x) { return x ? 32 - __builtin_clz(x) : 0; }

static int32_t takeHead(void)
{
	static int32_t next;
	int32_t head = nr_pages + next++;

	mem[head].next = mem[head].prev = head;
	return head;
}

static void setupSizes(void)
{
	int32_t batch = managed_pages / 1024;
	int32_t kbytes = (int32_t)floor(sqrt((double)managed_pages * 4 * 16));
	int32_t min;

	if (batch > 128)
		batch = 128;
	batch /= 4;
	if (batch < 1)
		batch = 1;
	batch = (1 << (fls(batch + batch / 2) - 1)) - 1;
	pcp.high = 6 * batch;
	pcp.batch = batch > 1 ? batch : 1;
	kbytes = kbytes < 128 ? 128 : kbytes > 65536 ? 65536 : kbytes;
	min = kbytes / 4;
	watermark[WMARK_MIN] = min;
	watermark[WMARK_LOW] = min + min / 4;
	watermark[WMARK_HIGH] = min + min / 2;
}

static void setup_zone_migrate_reserve(void)
{
	int32_t reserve = (watermark[WMARK_MIN] + PAGEBLOCK - 1) / PAGEBLOCK;

	if (reserve > 2)
		reserve = 2;
	for (int32_t page = 0; page < nr_pages && reserve > 0; page += PAGEBLOCK) {
		if (get_pageblock_migratetype(page) != MOVABLE)
			continue;
		set_pageblock_migratetype(page, RESERVE);
		move_freepages_block(page, RESERVE);
		reserve--;
	}
}

/* One zone; its last eighth is a CMA area. */
static void boot(int32_t pages)
{
	int32_t cma = pages / 8;
	int heads = MAX_ORDER * MIGRATE_TYPES + PCPTYPES;

	nr_pages = pages;
	managed_pages = pages - cma;
	mem = calloc((size_t)pages + heads, sizeof *mem);
	pageblock = malloc(pages >> PAGEBLOCK_ORDER);
	if (!mem || !pageblock)
		exit(3);
	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++)
			free_list[order][type] = takeHead();
	for (int type = 0; type < PCPTYPES; type++)
		pcp.lists[type] = takeHead();
	createReferences();
	createLedger();
	for (int32_t page = 0; page < pages; page++)
		mem[page].mapcount = -1;
	for (int32_t page = 0; page < pages; page += PAGEBLOCK)
		pageblock[page >> PAGEBLOCK_ORDER] = page < managed_pages ? MOVABLE : CMA;
	for (int32_t page = 0; page < managed_pages; page += 1 << BOOTMEM_ORDER) {
		mem[page].index = MOVABLE;
		free_one_page(page, BOOTMEM_ORDER, MOVABLE);
	}
	for (int32_t page = managed_pages; page < pages; page += PAGEBLOCK) {
		mem[page].index = CMA;
		free_one_page(page, PAGEBLOCK_ORDER, CMA);
	}
	setupSizes();
	setup_zone_migrate_reserve();
	stat_threshold = 2 * fls(1) * (1 + fls(managed_pages >> 15));
	if (stat_threshold > 125)
		stat_threshold = 125;
	/* Numbering, digest and ledger start with the first event after boot. */
	createLedger();
}

/* ---- The operation stream; step for step the one of bench/stream.ts ---- */

static uint32_t rng, checksum = 1, failures;
static int32_t *live;
static int32_t nr_live, live_pages;

static inline uint32_t draw(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng >> 1;
}

static inline void allocate(uint32_t r)
{
	uint32_t size = (r >> 8) % 30, kind = r >> 27;
	int order = size < 27 ? 0 : (int)size - 26;
	int gfp = kind < 10 ? GFP_HIGHUSER_MOVABLE : kind < 14 ? GFP_KERNEL : GFP_TEMPORARY;
	int32_t page = alloc_pages(gfp, order);

	checksum = checksum * 31 + (page == NULL_PAGE ? 0xffffffffu : (uint32_t)page + START_PFN);
	if (page == NULL_PAGE) {
		failures++;
		return;
	}
	live[nr_live++] = page << 2 | order;
	live_pages += 1 << order;
}

static inline void release(void)
{
	uint32_t at = draw() % (uint32_t)nr_live;
	int32_t block = live[at];

	live[at] = live[--nr_live];
	live_pages -= 1 << (block & 3);
	free_pages(block >> 2, block & 3);
}

static void drive(uint32_t operations, int32_t low, int32_t high)
{
	int growing = 1;

	for (uint32_t i = 0; i < operations; i++) {
		uint32_t r = draw();

		if (growing ? live_pages >= high : live_pages <= low)
			growing = !growing;
		if ((r & 7) < (growing ? 5u : 3u))
			allocate(r);
		else
			release();
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	int32_t pages = atoi(argv[1]);
	uint32_t operations = strtoul(argv[2], 0, 10);
	int32_t low = pages / 10 * 6, high = pages / 10 * 9;

	rng = strtoul(argv[3], 0, 10);
	boot(pages);
	live = calloc(pages, sizeof *live);
	if (!live)
		return 3;
	while (live_pages < low)
		allocate(draw());
	double start = seconds();

	drive(operations, low, high);
	double took = seconds() - start;

	printf("{\"seconds\":%.9f,\"checksum\":%u,\"failures\":%u,\"livePages\":%d,\"nrFree\":%d,"
	       "\"nrFreeCma\":%d,\"allocs\":%u,\"frees\":%u,\"pgalloc\":%.0f,\"pgfree\":%.0f",
	       took, checksum, failures, live_pages, vm_stat[NR_FREE], vm_stat[NR_FREE_CMA], allocs, frees,
	       pgalloc_normal, pgfree);
#ifdef RECORD
	printf(",\"events\":%u,\"digestLanes\":[", events);
	for (int i = 0; i < 8; i++)
		printf("%s%u", i ? "," : "", lanes[i]);
	printf("]");
#endif
	printf("}\n");
	return 0;
}
