/*
 * Programs that measure what sending a packet on costs, around whatever sends it: `SEND(context)` does, and puts an outer header
 * of IPv4 before it. They take one packet after another, each from a source of its own, so that no table is in the cache by
 * chance: one sends each, and undoes what that did to the frame; one does nothing to it but that; and one only draws the source.
 */
#define SOURCES (1 << 20)
#define TIMES 100000

/* What is written into the frame. */
struct drawn {
	__be32 source;
	__be16 port;
	__be16 checksum; /* of the header of IPv4 */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SOURCES);
	__type(key, __u32);
	__type(value, struct drawn);
} sources SEC(".maps");

struct result {
	__u64 nanoseconds;
	__u32 next; /* the source to begin with */
	__u32 sent;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

/* Headers as they lie in the frame, up to the source port. */
struct link {
	__be16 words[7];
};

struct inner {
	__be16 words[5];
	__be16 checksum;
	__be32 source;
	__be32 destination;
	__be16 port;
};

#define OUTER 20

struct run {
	struct xdp_md *context;
	struct link link;
	__u32 next;
	__u32 sent;
};

#define INLINED static inline __attribute__((always_inline))

INLINED void *bytes_at(struct xdp_md *context, __u32 at, __u32 length)
{
	void *start = (void *)(long)context->data, *end = (void *)(long)context->data_end;

	return start + at + length > end ? (void *)0 : start + at;
}

/* The next packet; 0: the frame is none. */
INLINED int draw(struct run *run)
{
	__u32 at = run->next++ & (SOURCES - 1);
	const struct drawn *drawn = bpf_map_lookup_elem(&sources, &at);
	struct inner *header = bytes_at(run->context, sizeof run->link, sizeof *header);

	if (!drawn || !header)
		return 0;
	header->source = drawn->source;
	header->checksum = drawn->checksum;
	header->port = drawn->port;
	return 1;
}

static long only_drawn(__u64 index, struct run *run)
{
	(void)index;
	return !draw(run);
}

/* Takes the outer header away, and puts the frame's own link header back. */
INLINED int undo(struct run *run)
{
	if (bpf_xdp_adjust_head(run->context, OUTER))
		return 0;
	struct link *link = bytes_at(run->context, 0, sizeof *link);

	if (!link)
		return 0;
	*link = run->link;
	return 1;
}

static long moved(__u64 index, struct run *run)
{
	(void)index;
	return !draw(run) || bpf_xdp_adjust_head(run->context, -OUTER) || !undo(run);
}

static long sent_on(__u64 index, struct run *run)
{
	(void)index;
	if (!draw(run) || SEND(run->context) != XDP_TX)
		return 1;
	run->sent++;
	return !undo(run);
}

#define MEASURED(name, callback)                                                              \
	SEC("xdp")                                                                            \
	int name(struct xdp_md *context)                                                      \
	{                                                                                     \
		__u32 zero = 0;                                                               \
		struct result *result = bpf_map_lookup_elem(&results, &zero);                 \
		const struct link *link = bytes_at(context, 0, sizeof *link);                 \
		struct run run = { .context = context };                                      \
                                                                                              \
		if (!result || !link)                                                         \
			return XDP_ABORTED;                                                   \
		run.link = *link;                                                             \
		run.next = result->next;                                                      \
		const __u64 begin = bpf_ktime_get_ns();                                       \
		bpf_loop(TIMES, callback, &run, 0);                                           \
		result->nanoseconds = bpf_ktime_get_ns() - begin;                             \
		result->next = run.next;                                                      \
		result->sent = run.sent;                                                      \
		return XDP_PASS;                                                              \
	}

MEASURED(measure_drawn, only_drawn)
MEASURED(measure_moved, moved)
MEASURED(measure_sent, sent_on)
