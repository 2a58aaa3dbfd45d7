/*
 * What balancing a packet costs: a policy's program, with programs beside it that take one packet after another, each from a
 * source of its own, so that no table is in the cache by chance: one that sends each to its backend, and undoes what that did to
 * the frame; one that does nothing to it but that; and one that only draws the source. Built with -DPOLICY="xdp.bpf.c".
 */
#include POLICY

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

struct run {
	struct xdp_md *context;
	struct ethernet_header link;
	__u32 next;
	__u32 sent;
};

/* The next packet; 0: the frame is none. */
static __always_inline int draw(struct run *run)
{
	const __u32 at = run->next++ & (SOURCES - 1);
	const struct drawn *drawn = bpf_map_lookup_elem(&sources, &at);
	struct ipv4_header *header = frame_at(run->context, sizeof run->link, sizeof *header + 4);

	if (!drawn || !header)
		return 0;
	header->source = drawn->source;
	header->checksum = drawn->checksum;
	*(__be16 *)(header + 1) = drawn->port;
	return 1;
}

static long only_drawn(__u64 index, struct run *run)
{
	(void)index;
	return !draw(run);
}

/* Takes the outer header of IPv4 away, and puts the frame's own link header back. */
static __always_inline int undo(struct run *run)
{
	if (bpf_xdp_adjust_head(run->context, sizeof(struct ipv4_header)))
		return 0;
	struct ethernet_header *ethernet = frame_at(run->context, 0, sizeof *ethernet);

	if (!ethernet)
		return 0;
	*ethernet = run->link;
	return 1;
}

static long moved(__u64 index, struct run *run)
{
	(void)index;
	return !draw(run) || bpf_xdp_adjust_head(run->context, -(int)sizeof(struct ipv4_header)) || !undo(run);
}

static long balanced(__u64 index, struct run *run)
{
	const __u32 zero = 0;
	struct scratch *own = bpf_map_lookup_elem(&scratch, &zero);

	(void)index;
	if (!own || !draw(run) || !parse(run->context, &own->packet))
		return 1;
	judge(run->context, &own->packet, &own->place);
	if (balance(run->context, &own->packet, &own->balancing, own->place.service) != XDP_TX)
		return 1;
	run->sent++;
	return !undo(run);
}

#define MEASURED(name, callback)                                                              \
	SEC("xdp")                                                                            \
	int name(struct xdp_md *context)                                                      \
	{                                                                                     \
		const __u32 zero = 0;                                                         \
		struct result *result = bpf_map_lookup_elem(&results, &zero);                 \
		const struct ethernet_header *link = frame_at(context, 0, sizeof *link);      \
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
MEASURED(measure_balanced, balanced)
