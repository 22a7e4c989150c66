/*
 * What is kept beside the kernel's own state. References by kind are the specification's (REF-29,
 * SIM-1), so every build has them; who got a frame when, and the event digest, are the model's own and
 * compile to nothing without -DRECORD. Included by twin_core.h, after the state.
 */
static uint16_t *refs;

static void createReferences(void)
{
	refs = calloc((size_t)nr_pages * NR_REF_KINDS, sizeof *refs);
	if (!refs)
		exit(3);
}

static inline void ref_init(int32_t page, int kind)
{
	mem[page].count = 1;
	refs[kind * nr_pages + page] = 1;
}

static inline int32_t ref_drop(int32_t page, int kind)
{
	if (refs[kind * nr_pages + page]-- == 0)
		exit(4);
	return --mem[page].count;
}

#ifdef RECORD
static uint16_t *owner;
static uint8_t *use;
static double *since;
static uint32_t lanes[8], digest_words, events;

static inline void digestWord(uint32_t word)
{
	uint32_t lane = digest_words & 7;
	uint32_t mixed = (lanes[lane] ^ word) * 0x9e3779b1u;

	lanes[lane] = ((mixed << 13) | (mixed >> 19)) + lanes[(lane + 1) & 7];
	digest_words++;
}

static void emit(uint32_t type, int32_t a, int32_t b, int32_t c, int32_t d)
{
	digestWord(type << 16);
	digestWord((uint32_t)now_ns);
	digestWord((uint32_t)(now_ns >> 32));
	digestWord((uint32_t)a);
	digestWord((uint32_t)b);
	digestWord((uint32_t)c);
	digestWord((uint32_t)d);
	events++;
}

static void createLedger(void)
{
	static const uint32_t seeds[8] = { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344,
					   0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89 };

	owner = calloc(nr_pages, sizeof *owner);
	use = calloc(nr_pages, sizeof *use);
	since = calloc(nr_pages, sizeof *since);
	if (!owner || !use || !since)
		exit(3);
	for (int i = 0; i < 8; i++)
		lanes[i] = seeds[i];
	digest_words = events = 0;
}

static inline void ledgerTake(int32_t page, int order)
{
	for (int32_t at = page; at < page + (1 << order); at++) {
		use[at] = USE_KERNEL;
		owner[at] = 0;
		since[at] = events;
	}
}

static inline void ledgerFree(int32_t page, int order)
{
	for (int32_t at = page; at < page + (1 << order); at++)
		use[at] = USE_NONE;
}
#else
static inline void emit(uint32_t type, int32_t a, int32_t b, int32_t c, int32_t d)
{
	(void)type, (void)a, (void)b, (void)c, (void)d;
}
static void createLedger(void) {}
static inline void ledgerTake(int32_t page, int order) { (void)page, (void)order; }
static inline void ledgerFree(int32_t page, int order) { (void)page, (void)order; }
#endif
