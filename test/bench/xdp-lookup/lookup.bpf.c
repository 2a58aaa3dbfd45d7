/*
 * What a lookup costs: the program of a policy, its tables included, with programs beside it that look up one source after
 * another: in the policy's table, in a kernel LPM trie of the same prefixes, and nowhere (what the loop itself costs).
 * Sources come from a map of random ones, so that no lookup finds its way in the cache. Built with -DPOLICY="xdp.bpf.c".
 */
#include POLICY

struct lpm_key {
	__u32 length;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 21);
	__type(key, struct lpm_key);
	__type(value, __u32);
} trie SEC(".maps");

#define SOURCES (1 << 20)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SOURCES);
	__type(key, __u32);
	__type(value, __u64);
} sources SEC(".maps");

struct run {
	__u32 next;
	__u32 found;
};

static __always_inline __u32 next_source(struct run *run)
{
	const __u32 at = run->next++ & (SOURCES - 1);
	const __u64 *source = bpf_map_lookup_elem(&sources, &at);

	return source ? *source : 0;
}

static long nowhere(__u64 index, struct run *run)
{
	(void)index;
	run->found += next_source(run) & 1;
	return 0;
}

static long in_table(__u64 index, struct run *run)
{
	const __u32 row = source_ipv4_row(next_source(run));
	const struct rule_bits *bits = bpf_map_lookup_elem(&source_rules, &row);

	(void)index;
	run->found += bits && bits->words[0];
	return 0;
}

static long in_trie(__u64 index, struct run *run)
{
	const struct lpm_key key = { .length = 32, .address = bpf_htonl(next_source(run)) };

	(void)index;
	run->found += bpf_map_lookup_elem(&trie, &key) != NULL;
	return 0;
}

struct result {
	__u64 nanoseconds;
	__u32 found;
	__u32 next;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

#define TIMES 200000

#define LOOKUPS(name, callback)                                                            \
	SEC("xdp")                                                                         \
	int name(struct xdp_md *context)                                                   \
	{                                                                                  \
		(void)context;                                                                     \
		const __u32 zero = 0;                                                      \
		struct result *result = bpf_map_lookup_elem(&results, &zero);              \
		struct run run = {};                                   \
                                                                                           \
		if (!result)                                                               \
			return XDP_ABORTED;                                                \
		run.next = result->next;                                                   \
		const __u64 begin = bpf_ktime_get_ns();                                    \
		bpf_loop(TIMES, callback, &run, 0);                                        \
		result->nanoseconds = bpf_ktime_get_ns() - begin;                          \
		result->found = run.found;                                                 \
		result->next = run.next;                                                   \
		return XDP_PASS;                                                           \
	}

LOOKUPS(look_nowhere, nowhere)
LOOKUPS(look_in_table, in_table)
LOOKUPS(look_in_trie, in_trie)
