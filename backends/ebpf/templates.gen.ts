// Written by `npm run generate` from templates/*.hbs; edit those.

/** templates/address-field.hbs */
export const addressField = `
/* The row of a packet. */
static __always_inline __u32 {{name}}_row(const struct packet *packet)
{
	if (packet->family == 4)
		return {{ipv4}};
	return {{ipv6}};
}
`;

/** templates/comparison-128.hbs */
export const comparison128 = `
/* 1 where a borrow is left over from a - b, else 0. */
static __always_inline __u64 borrow_of(__u64 a, __u64 b, __u64 difference)
{
	return ((~a & b) | (~(a ^ b) & difference)) >> 63;
}

/* 1 where a <= b, else 0, for numbers of 128 bits in two halves: by the borrow of b - a. */
static __always_inline __u64 is_at_most_128(__u64 a_high, __u64 a_low, __u64 b_high, __u64 b_low)
{
	const __u64 borrow = borrow_of(b_low, a_low, b_low - a_low);

	return borrow_of(b_high, a_high, b_high - a_high - borrow) ^ 1;
}
`;

/** templates/comparison.hbs */
export const comparison = `
/* 1 where a <= b, else 0, by the borrow of b - a: no branch. For values of up to 63 bits. */
static __always_inline __u64 is_at_most(__u64 a, __u64 b)
{
	return (b - a) >> 63 ^ 1;
}
`;

/** templates/conditions.hbs */
export const conditions = `
/* --- Conditions that no table finds ----------------------------------------------------------------------------------- */

enum condition_kind {
	CONDITION_MASKED,
	CONDITION_SAME_FIELD,
	CONDITION_PAYLOAD,
	CONDITION_SAMPLE,
	CONDITION_LIMIT,
};

struct wide {
	__u64 high;
	__u64 low;
};
{{#if fields}}

/* A field's value as a number; 0: the packet lacks it. */
static __always_inline int read_field(const struct packet *packet, __u32 field, struct wide *value)
{
	__u32 number = ABSENT;

	value->high = 0;
	switch (field) {
{{#each fields}}
	case {{number}}: /* {{meaning}} */
{{#if isAddress}}
		value->high = packet->family == 6 ? packet->{{name}}[0] : 0;
		value->low = packet->family == 6 ? packet->{{name}}[1] : packet->{{name}}[0];
		return packet->family{{#if family}} == {{family}}{{/if}};
{{else if isWide}}
		value->low = packet->{{name}};
		return 1;
{{else}}
		number = packet->{{name}};
		break;
{{/if}}
{{/each}}
	default:
		break;
	}
	value->low = number;
	return number != ABSENT;
}
{{/if}}
{{#if hasPayload}}

/* Bytes \`first\` to \`last\` behind the header of TCP or UDP as one number, at most 16 of them; 0: the packet has fewer. */
static __always_inline int read_payload(struct xdp_md *context, const struct packet *packet, __u32 first, __u32 last,
					struct wide *value)
{
	value->high = value->low = 0;
	if (packet->payload_at == ABSENT || packet->payload_at + last >= packet->end)
		return 0;
	for (__u32 at = 0; at < 16 && first + at <= last; at++) {
		value->high = value->high << 8 | value->low >> 56;
		value->low = value->low << 8 | (byte_at(context, packet, packet->payload_at + first + at) & 0xff);
	}
	return 1;
}
{{/if}}

{{#if limiters}}

/* Whether a limit holds; a packet without its key meets neither \`over\` nor \`up to\`. */
static __always_inline int limit_holds(const struct packet *packet, const struct condition *limit)
{
	enum limit_answer answer = LACKS_KEY;

	switch (limit->left) {
{{#each limiters}}
	case {{number}}:
		answer = ask_{{id}}(packet, limit);
		break;
{{/each}}
	default:
		break;
	}
	switch (answer) {
	case CONFORMS:
		return !(limit->right & 1);
	case DOES_NOT_CONFORM:
		return limit->right & 1;
	case TABLE_IS_FULL:
		return limit->right >> 1 & 1;
	default:
		return 0;
	}
}
{{/if}}

/* Whether a condition holds of the packet. */
__noinline int holds(struct xdp_md *context, struct packet *packet, __u32 number)
{
	const struct condition *condition = bpf_map_lookup_elem(&conditions, &number);
	struct wide left = {}{{#if hasSameField}}, right = {}{{/if}};
	int is_there = 0;

	if (!condition || !packet || !context)
		return 0;
	switch (condition->kind) {
{{#if hasSample}}
	case CONDITION_SAMPLE:
		return (__u64)bpf_get_prandom_u32() * condition->right >> 32 < condition->left;
{{/if}}
{{#if limiters}}
	case CONDITION_LIMIT:
		return limit_holds(packet, condition);
{{/if}}
{{#if hasSameField}}
	case CONDITION_SAME_FIELD:
		is_there = read_field(packet, condition->left, &left) && read_field(packet, condition->right, &right);
		return (is_there && left.high == right.high && left.low == right.low) != condition->negated;
{{/if}}
{{#if hasPayload}}
	case CONDITION_PAYLOAD:
		is_there = read_payload(context, packet, condition->left, condition->right, &left);
		break;
{{/if}}
{{#if hasMasked}}
	case CONDITION_MASKED:
		is_there = read_field(packet, condition->left, &left);
		break;
{{/if}}
	default:
		return 0;
	}
	return (is_there && (left.high & condition->mask[0]) == condition->value[0] &&
		(left.low & condition->mask[1]) == condition->value[1]) != condition->negated;
}
`;

/** templates/direct-field.hbs */
export const directField = `
/* The row of a packet: an element for each value. */
static __always_inline __u32 {{name}}_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct {{name}}_table *table = bpf_map_lookup_elem(&{{name}}, &zero);

	return table && packet->{{name}} < {{values}} ? table->rows[packet->{{name}}] : {{absentRow}};
}
`;

/** templates/field-rules.hbs */
export const fieldRules = `
/* --- {{meaning}} --- */

/* Key: a row of the {{meaning}}. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, {{rows}});
	__type(key, __u32);
	__type(value, struct rule_bits);
} {{name}}_rules SEC(".maps");
`;

/** templates/ipv4-field.hbs */
export const ipv4Field = `
/*
 * The row of an IPv4 address: its upper half leads to a block of entries, in which a binary search finds the last that
 * begins at the lower half or below. An entry holds the lower half of the first address in its upper, and the row in its
 * lower 16 bits.
 */
static __always_inline __u32 {{name}}_row(__u32 address)
{
	const __u32 zero = 0;
	const struct {{name}}_table *table = bpf_map_lookup_elem(&{{name}}, &zero);

	if (!table)
		return 0;
	__u64 at = table->starts[address >> 16];
	__u64 left = table->starts[(address >> 16) + 1] - at;

{{#if steps}}
#pragma unroll
	for (int step = 0; step < {{steps}}; step++) {
		const __u64 half = left / 2;

		if (left <= 1 || at + half >= {{entries}})
			break;
		at += half & -is_at_most(table->entries[at + half] >> 16, address & 0xffff);
		left -= half;
	}
{{/if}}
	return at < {{entries}} ? table->entries[at] & 0xffff : 0;
}
`;

/** templates/ipv6-field.hbs */
export const ipv6Field = `
/* The row of an IPv6 address: that of the last range that begins at it or below. */
static __always_inline __u32 {{name}}_row(__u64 high, __u64 low)
{
	const __u32 zero = 0;
	const struct {{name}}_table *table = bpf_map_lookup_elem(&{{name}}, &zero);
	__u64 at = 0;

	if (!table)
		return 0;
#pragma unroll
	for (__u64 step = {{size}} / 2; step > 0; step /= 2)
		at += step & -is_at_most_128(table->high[at + step], table->low[at + step], high, low);
	return table->rows[at];
}
`;

/** templates/limiter.hbs */
export const limiter = `
/* Buckets of {{name}}. Key: {{meaning}}. */
{{#each tables}}
struct {{id}}_key {
	__u64 parts[{{parts.length}}];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, {{keys}});
	__type(key, struct {{id}}_key);
	__type(value, __u64);
} {{id}} SEC(".maps");

{{/each}}
static __always_inline enum limit_answer
ask_{{id}}(const struct packet *packet, const struct condition *limit)
{
{{#each needed}}
	if (packet->{{this}} == ABSENT)
		return LACKS_KEY;
{{/each}}
{{#each tables}}
{{#if family}}
	if (packet->family == {{family}}) {
		const struct {{id}}_key key = { { {{#each parts}}{{this}}{{#unless @last}}, {{/unless}}{{/each}} } };

		return charge(&{{id}}, &key, packet, limit, &tidied[{{number}}]);
	}
{{else}}
	const struct {{id}}_key key = { { {{#each parts}}{{this}}{{#unless @last}}, {{/unless}}{{/each}} } };

	return charge(&{{id}}, &key, packet, limit, &tidied[{{number}}]);
{{/if}}
{{/each}}
{{#if isPerFamily}}
	return LACKS_KEY;
{{/if}}
}
`;

/** templates/limits.hbs */
export const limits = `
/* --- Limits ----------------------------------------------------------------------------------------------------------- */

/* A bucket's word while it is forgotten. */
#define GONE (~0ULL)
/* Attempts to move a bucket that other processors move at the same time. */
#define MOST_ATTEMPTS 64
#define NANOSECONDS_A_SECOND 1000000000ULL

enum limit_answer {
	DOES_NOT_CONFORM,
	CONFORMS,
	TABLE_IS_FULL,
	LACKS_KEY,
};

/* When each table was last rid of buckets that mean nothing any more, in nanoseconds since the system started. */
static __u64 tidied[{{limiters}}];

/* Forgets a bucket that is full again: a new one would be the same. */
static long forget_if_full(void *buckets, const void *key, __u64 *word, __u64 *now)
{
	const __u64 arrival = *(volatile __u64 *)word;

	if (arrival <= *now && __sync_val_compare_and_swap(word, arrival, GONE) == arrival)
		bpf_map_delete_elem(buckets, key);
	return 0;
}

/* Whether this processor shall tidy the table now: one does, once a second. */
static __always_inline int may_tidy(__u64 *last)
{
	const __u64 before = *(volatile __u64 *)last, now = bpf_ktime_get_ns();

	return now - before > NANOSECONDS_A_SECOND && __sync_val_compare_and_swap(last, before, now) == before;
}

/*
 * Asks the bucket of a key, and charges it where the packet conforms: the generic cell rate algorithm (ITU-T I.371). The
 * bucket is one word, its theoretical arrival time. A packet conforms if that is at most (burst - size) periods ahead of now,
 * and moves it on by its size in periods. The clock runs in fractions of a nanosecond of which a period has a whole number.
 * Processors move the word by compare-and-swap, so that each charge counts, and counts once.
 */
static __always_inline enum limit_answer charge(void *buckets, const void *key, const struct packet *packet,
						const struct condition *limit, __u64 *last_tidied)
{
	const __u64 period = limit->value[0], burst = limit->value[1];
	const __u64 size = limit->mask[1] ? packet->length * limit->mask[1] : 1;
	const __s64 room = (__s64)((burst - size) * period);
	__u64 now = bpf_ktime_get_ns() * limit->mask[0];

	for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
		__u64 *word = bpf_map_lookup_elem(buckets, key);

		if (!word) {
			const __u64 first = now + size * period;

			if (room < 0)
				return DOES_NOT_CONFORM;
			const long error = bpf_map_update_elem(buckets, key, &first, BPF_NOEXIST);

			if (!error)
				return CONFORMS;
			if (error != -E2BIG)
				continue; /* another processor was first */
			if (!may_tidy(last_tidied))
				return TABLE_IS_FULL;
			bpf_for_each_map_elem(buckets, forget_if_full, &now, 0);
			continue;
		}
		const __u64 arrival = *(volatile __u64 *)word;
		const __s64 ahead = (__s64)(arrival - now);

		if (arrival == GONE)
			continue;
		if (ahead > room)
			return DOES_NOT_CONFORM;
		if (__sync_val_compare_and_swap(word, arrival, (ahead > 0 ? arrival : now) + size * period) == arrival)
			return CONFORMS;
	}
	return DOES_NOT_CONFORM;
}
`;

/** templates/loader.hbs */
export const loader = `/*
 * Loads what Sluice made for XDP, replaces it while it runs, takes it away, and prints its counters.
 *
 *   sluice-load up [--generic]       load it where nothing of the target runs yet
 *   sluice-load replace [--generic]  the same, in the place of what runs: no frame meets both, or neither
 *   sluice-load down                 take it away
 *   sluice-load stats [--prometheus] what its counters have counted
 *
 * It reads policy.conf, mitigate.bpf.o and maps/ in its own folder. What runs is pinned in /sys/fs/bpf/sluice/TARGET/: the
 * program, a link for each interface, the counters. (\`ip netns exec\` hides the BPF file system; \`nsenter --net=\` does not.)
 * A program is made of fresh maps each time, filled before any frame meets it, and put in the place of the old one by one
 * system call for each interface. Counters go on where the policy has the same ones, by name; else they start anew.
 * Where something fails, everything is as it was.
 *
 * --generic: in the kernel's own code, for interfaces whose driver has no XDP. Slower, and behind GRO where that is on.
 *
 * Exit codes: 0 done; 1 it could not be done; 2 wrong usage; 3 the kernel's verifier refuses the program, a fault in Sluice.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, REFUSED = 3 };

#define BPF_FILE_SYSTEM "/sys/fs/bpf"
#define MOST_INTERFACES 256
#define VLANS 4096

struct interface {
	char name[IF_NAMESIZE];
	unsigned int index;
	bool generic;
	uint8_t zones[VLANS + 1]; /* by VLAN; the last: untagged */
	int link;		  /* -1: none */
	bool is_new;		  /* the link was made in this run */
};

struct policy {
	char folder[4096]; /* that policy.conf stands in */
	char target[128];
	char build[128];
	struct interface interfaces[MOST_INTERFACES];
	int interface_count;
	bool reads_tags;
	char **counters;
	uint32_t counter_count;
};

/* Pinned beside the program: what it was made from. */
struct about {
	char build[128];
	uint64_t counters; /* a hash of their names */
};

struct count {
	uint64_t packets;
	uint64_t bytes;
};

/* --- Saying what is wrong --------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static int complain(const char *format, ...)
{
	va_list arguments;

	fputs("sluice-load: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\\n', stderr);
	return FAILED;
}

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

/* The last lines of a text. */
static void print_tail(const char *text, int lines)
{
	const char *from = text + strlen(text);

	while (from > text && (from[-1] != '\\n' || from[0] == '\\0' || --lines > 0))
		from--;
	fputs(from, stderr);
}

/* --- Reading policy.conf ---------------------------------------------------------------------------------------------- */

static struct interface *interface_named(struct policy *policy, const char *name)
{
	for (int i = 0; i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return &policy->interfaces[i];
	return NULL;
}

static bool read_interface(struct policy *policy, const char *values)
{
	struct interface *interface = &policy->interfaces[policy->interface_count];
	char mode[16];

	if (policy->interface_count == MOST_INTERFACES || sscanf(values, "%15s %15s", interface->name, mode) != 2)
		return false;
	interface->generic = !strcmp(mode, "generic");
	interface->link = -1;
	policy->interface_count++;
	return true;
}

static bool read_zone(struct policy *policy, const char *values)
{
	char name[IF_NAMESIZE];
	unsigned int from = VLANS, to = VLANS, zone;

	if (sscanf(values, "%15s untagged %u", name, &zone) != 2 &&
	    sscanf(values, "%15s %u-%u %u", name, &from, &to, &zone) != 4)
		return false;
	struct interface *interface = interface_named(policy, name);

	if (!interface || from > to || to > VLANS || zone > UINT8_MAX)
		return false;
	memset(interface->zones + from, (int)zone, to - from + 1);
	return true;
}

static bool read_counter(struct policy *policy, const char *name)
{
	char **counters = realloc(policy->counters, (policy->counter_count + 1) * sizeof *counters);

	if (!counters)
		return false;
	policy->counters = counters;
	counters[policy->counter_count] = strdup(name);
	return counters[policy->counter_count++] != NULL;
}

static bool read_setting(struct policy *policy, const char *word, const char *values)
{
	if (!strcmp(word, "target"))
		return sscanf(values, "%127s", policy->target) == 1 && !strchr(policy->target, '/');
	if (!strcmp(word, "build"))
		return sscanf(values, "%127s", policy->build) == 1;
	if (!strcmp(word, "interface"))
		return read_interface(policy, values);
	if (!strcmp(word, "zone"))
		return read_zone(policy, values);
	if (!strcmp(word, "counter"))
		return read_counter(policy, values);
	if (!strcmp(word, "tags"))
		return policy->reads_tags = true;
	return false;
}

static int read_policy(struct policy *policy)
{
	char path[5000];
	ssize_t length = readlink("/proc/self/exe", policy->folder, sizeof policy->folder - 1);

	if (length < 0)
		return complain("/proc/self/exe: %s", strerror(errno));
	policy->folder[length] = '\\0';
	*strrchr(policy->folder, '/') = '\\0';
	snprintf(path, sizeof path, "%s/policy.conf", policy->folder);
	FILE *file = fopen(path, "re");

	if (!file)
		return complain("%s: %s", path, strerror(errno));
	char *line = NULL;
	size_t size = 0;
	int number = 0, result = DONE;

	while (result == DONE && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\\n")] = '\\0';
		if (line[0] == '#' || line[0] == '\\0')
			continue;
		char *values = strchr(line, ' ');

		if (values)
			*values++ = '\\0';
		if (!read_setting(policy, line, values ? values : ""))
			result = complain("%s:%d: this cannot be read", path, number);
	}
	free(line);
	fclose(file);
	if (result == DONE && policy->target[0] == '\\0')
		result = complain("%s: no target", path);
	return result;
}

/* FNV-1a over the names of counters. */
static uint64_t hash_of_counters(const struct policy *policy)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < policy->counter_count; i++) {
		const char *byte = policy->counters[i];

		do
			hash = (hash ^ (uint8_t)*byte) * 0x100000001b3;
		while (*byte++);
	}
	return hash;
}

/* --- Pins ------------------------------------------------------------------------------------------------------------- */

static void pin_path(const struct policy *policy, const char *kind, const char *name, char *path, size_t size)
{
	int start = snprintf(path, size, BPF_FILE_SYSTEM "/sluice/%s/", policy->target);

	snprintf(path + start, size - (size_t)start, "%s%s", kind, name);
	/* No dot can stand in a name there. */
	for (char *at = path + start; *at; at++)
		if (*at == '.')
			*at = '_';
}

static int open_pin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	return bpf_obj_get(path);
}

static int pin(const struct policy *policy, int object, const char *kind, const char *name)
{
	char path[512], beside[520];

	pin_path(policy, kind, name, path, sizeof path);
	snprintf(beside, sizeof beside, "%s_new", path);
	unlink(beside);
	if (bpf_obj_pin(object, beside) || rename(beside, path)) {
		complain("%s cannot be pinned: %s", path, strerror(errno));
		unlink(beside);
		return FAILED;
	}
	return DONE;
}

static void unpin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	unlink(path);
}

static int make_folders(const struct policy *policy)
{
	char path[512];
	struct statfs status;
	const unsigned int bpf_magic = 0xcafe4a11;

	if (statfs(BPF_FILE_SYSTEM, &status) || (unsigned int)status.f_type != bpf_magic)
		return complain("no BPF file system at %s: mount -t bpf bpf %s (\`ip netns exec\` hides it; "
				"\`nsenter --net=\` does not)",
				BPF_FILE_SYSTEM, BPF_FILE_SYSTEM);
	pin_path(policy, "", "", path, sizeof path);
	if ((mkdir(BPF_FILE_SYSTEM "/sluice", 0700) && errno != EEXIST) || (mkdir(path, 0700) && errno != EEXIST))
		return complain("%s: %s", path, strerror(errno));
	return DONE;
}

static void remove_folders(const struct policy *policy)
{
	char path[512];

	pin_path(policy, "", "", path, sizeof path);
	rmdir(path);
	rmdir(BPF_FILE_SYSTEM "/sluice");
}

/* --- The program and its maps ------------------------------------------------------------------------------------------ */

/* Copies a file of maps/ into the map of its name. */
static int fill_map(const struct policy *policy, const struct bpf_map *map)
{
	char path[5000];
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t element = (bpf_map__value_size(map) + 7) / 8 * 8;
	const size_t size = element * bpf_map__max_entries(map);

	snprintf(path, sizeof path, "%s/maps/%s.bin", policy->folder, bpf_map__name(map));
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return complain("%s: %s", path, strerror(errno));
	struct stat status;

	if (fstat(file, &status) || (size_t)status.st_size != size) {
		close(file);
		return complain("%s has %lld bytes, and its map %zu: it is of another build", path,
				(long long)status.st_size, size);
	}
	char *memory =
		mmap(NULL, (size + page - 1) / page * page, PROT_WRITE | PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	size_t at = 0;

	while (memory != MAP_FAILED && at < size) {
		const ssize_t length = read(file, memory + at, size - at);

		if (length <= 0)
			break;
		at += (size_t)length;
	}
	const int error = errno;

	if (memory != MAP_FAILED)
		munmap(memory, (size + page - 1) / page * page);
	close(file);
	return at == size ? DONE : complain("%s cannot be copied into its map: %s", path, strerror(error));
}

static int fill_zones(struct policy *policy, const struct bpf_map *map)
{
	for (int i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (bpf_map_update_elem(bpf_map__fd(map), &interface->index, interface->zones, BPF_ANY))
			return complain("the zones of %s cannot be set: %s", interface->name, strerror(errno));
	}
	return DONE;
}

static int fill_maps(struct policy *policy, struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);
		int result = DONE;

		if (!strcmp(name, "zones"))
			result = fill_zones(policy, map);
		else if (bpf_map__map_flags(map) & BPF_F_MMAPABLE && !bpf_map__is_internal(map))
			result = fill_map(policy, map);
		if (result != DONE)
			return result;
	}
	return DONE;
}

/* Reads what the running program was made from; false: nothing runs. */
static bool read_about(const struct policy *policy, struct about *about)
{
	const uint32_t zero = 0;
	const int map = open_pin(policy, "about", "");
	const bool is_there = map >= 0 && !bpf_map_lookup_elem(map, &zero, about);

	if (map >= 0)
		close(map);
	return is_there;
}

/* Counters that go on counting are the same map. */
static void keep_counters(const struct policy *policy, struct bpf_object *object)
{
	struct about about;
	struct bpf_map *counters = bpf_object__find_map_by_name(object, "counters");
	const bool are_same = read_about(policy, &about) && about.counters == hash_of_counters(policy);
	const int map = counters && are_same ? open_pin(policy, "counters", "") : -1;

	if (map < 0)
		return;
	if (bpf_map__reuse_fd(counters, map))
		complain("the counters start anew: %s", strerror(errno));
	close(map);
}

static struct bpf_object *load(struct policy *policy, int *result)
{
	static char log[1 << 20];
	char path[5000];

	snprintf(path, sizeof path, "%s/mitigate.bpf.o", policy->folder);
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object) {
		*result = complain("%s: %s", path, strerror(errno));
		return NULL;
	}
	struct bpf_program *program = bpf_object__find_program_by_name(object, "mitigate");

	bpf_program__set_log_buf(program, log, sizeof log);
	keep_counters(policy, object);
	if (bpf_object__load(object)) {
		const int error = errno;

		*result = complain("the kernel does not load the program mitigate: %s", strerror(error));
		if (log[0]) {
			*result = REFUSED;
			fputs("The last that its verifier says (mitigate.bpf.c has the lines):\\n", stderr);
			print_tail(log, 24);
		}
	} else {
		*result = fill_maps(policy, object);
	}
	if (*result == DONE)
		return object;
	bpf_object__close(object);
	return NULL;
}

/* --- Interfaces ------------------------------------------------------------------------------------------------------- */

/* Where the driver takes tags off, the program does not see them. */
static int check_tags(const struct interface *interface)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq request = { .ifr_data = (void *)&value };
	const int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(request.ifr_name, interface->name, sizeof request.ifr_name);
	const bool strips = socket_ >= 0 && !ioctl(socket_, SIOCETHTOOL, &request) && value.data & ETH_FLAG_RXVLAN;

	if (socket_ >= 0)
		close(socket_);
	if (!strips)
		return DONE;
	return complain("%s takes VLAN tags off before the program sees them: ethtool -K %s rxvlan off",
			interface->name, interface->name);
}

static int find_interfaces(struct policy *policy)
{
	for (int i = 0; i < policy->interface_count; i++) {
		struct interface *interface = &policy->interfaces[i];

		interface->index = if_nametoindex(interface->name);
		if (!interface->index)
			return complain("no interface %s", interface->name);
		if (policy->reads_tags && check_tags(interface) != DONE)
			return FAILED;
	}
	return DONE;
}

static int attach(const struct policy *policy, struct interface *interface, int program, int former)
{
	LIBBPF_OPTS(bpf_link_create_opts, options);

	interface->link = open_pin(policy, "link_", interface->name);
	if (interface->link >= 0) {
		LIBBPF_OPTS(bpf_link_update_opts, update, .flags = BPF_F_REPLACE, .old_prog_fd = (uint32_t)former);

		if (former >= 0 && !bpf_link_update(interface->link, program, &update))
			return DONE;
		return complain("the program of %s cannot be replaced: %s", interface->name, strerror(errno));
	}
	options.flags = interface->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	interface->link = bpf_link_create(program, (int)interface->index, BPF_XDP, &options);
	if (interface->link < 0)
		return complain("XDP cannot be attached to %s: %s%s", interface->name, strerror(errno),
				interface->generic ? "" : " (its driver may have none: try --generic)");
	interface->is_new = true;
	return pin(policy, interface->link, "link_", interface->name);
}

/* Puts everything back as it was: the former program where there was one, nothing where there was none. */
static void undo(const struct policy *policy, int attached, int former)
{
	for (int i = 0; i < attached; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (interface->is_new)
			unpin(policy, "link_", interface->name);
		else if (interface->link >= 0 && former >= 0)
			bpf_link_update(interface->link, former, NULL);
		if (interface->link >= 0)
			close(interface->link);
	}
	if (former >= 0) {
		pin(policy, former, "program", "");
		return;
	}
	unpin(policy, "program", "");
	unpin(policy, "about", "");
	unpin(policy, "counters", "");
	remove_folders(policy);
}

/* Links of interfaces that the policy names no more. */
static void detach_others(struct policy *policy)
{
	char path[512];

	pin_path(policy, "", "", path, sizeof path);
	DIR *folder = opendir(path);

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		bool is_wanted = strncmp(entry->d_name, "link_", 5) != 0;

		for (int i = 0; i < policy->interface_count && !is_wanted; i++) {
			char own[512];

			pin_path(policy, "link_", policy->interfaces[i].name, own, sizeof own);
			is_wanted = !strcmp(strrchr(own, '/') + 1, entry->d_name);
		}
		if (!is_wanted)
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

static int pin_all(const struct policy *policy, struct bpf_object *object, int program)
{
	struct about about = { .counters = hash_of_counters(policy) };
	const uint32_t zero = 0;
	const int counters = bpf_object__find_map_fd_by_name(object, "counters");
	const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "about", sizeof zero, sizeof about, 1, NULL);

	memcpy(about.build, policy->build, sizeof about.build);
	if (map < 0 || bpf_map_update_elem(map, &zero, &about, BPF_ANY))
		return complain("what runs cannot be noted down: %s", strerror(errno));
	if (counters < 0)
		unpin(policy, "counters", "");
	else if (pin(policy, counters, "counters", "") != DONE)
		return FAILED;
	return pin(policy, program, "program", "") == DONE && pin(policy, map, "about", "") == DONE ? DONE : FAILED;
}

/* --- Commands --------------------------------------------------------------------------------------------------------- */

static int put_in_place(struct policy *policy, bool may_replace, bool generic)
{
	for (int i = 0; generic && i < policy->interface_count; i++)
		policy->interfaces[i].generic = true;
	if (make_folders(policy) != DONE || find_interfaces(policy) != DONE)
		return FAILED;
	const int former = open_pin(policy, "program", "");

	if (former >= 0 && !may_replace)
		return complain("target %s is loaded already: sluice-load replace", policy->target);
	int result;
	struct bpf_object *object = load(policy, &result);

	if (!object) {
		undo(policy, 0, former);
		return result;
	}
	const int program = bpf_program__fd(bpf_object__find_program_by_name(object, "mitigate"));
	int attached = 0;

	while (result == DONE && attached < policy->interface_count)
		result = attach(policy, &policy->interfaces[attached++], program, former);
	if (result == DONE)
		result = pin_all(policy, object, program);
	if (result == DONE)
		detach_others(policy);
	else
		undo(policy, attached, former);
	bpf_object__close(object);
	return result;
}

static int take_away(const struct policy *policy)
{
	char path[512];

	pin_path(policy, "", "", path, sizeof path);
	DIR *folder = opendir(path);

	if (!folder)
		return complain("target %s is not loaded", policy->target);
	for (struct dirent *entry; (entry = readdir(folder));)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	remove_folders(policy);
	return DONE;
}

/* A name between quotes, as Prometheus writes it. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\\\')
			putchar('\\\\');
		putchar(*text);
	}
	putchar('"');
}

static void print_metric(const struct policy *policy, const struct count *counts, bool bytes)
{
	const char *unit = bytes ? "bytes" : "packets";

	printf("# TYPE sluice_%s_total counter\\n", unit);
	for (uint32_t i = 0; i < policy->counter_count; i++) {
		printf("sluice_%s_total{target=", unit);
		print_quoted(policy->target);
		printf(",counter=");
		print_quoted(policy->counters[i]);
		printf("} %llu\\n", (unsigned long long)(bytes ? counts[i].bytes : counts[i].packets));
	}
}

static int print_counters(const struct policy *policy, int map, bool prometheus)
{
	const int processors = libbpf_num_possible_cpus();
	struct count *own = calloc((size_t)processors, sizeof *own);
	struct count *counts = calloc(policy->counter_count + 1, sizeof *counts);
	int result = own && counts ? DONE : complain("out of memory");

	for (uint32_t i = 0; result == DONE && i < policy->counter_count; i++) {
		if (bpf_map_lookup_elem(map, &i, own))
			result = complain("the counter %s cannot be read: %s", policy->counters[i], strerror(errno));
		for (int processor = 0; processor < processors; processor++) {
			counts[i].packets += own[processor].packets;
			counts[i].bytes += own[processor].bytes;
		}
	}
	if (result == DONE && prometheus) {
		print_metric(policy, counts, false);
		print_metric(policy, counts, true);
	}
	for (uint32_t i = 0; result == DONE && !prometheus && i < policy->counter_count; i++)
		printf("%s: %llu packets, %llu bytes\\n", policy->counters[i], (unsigned long long)counts[i].packets,
		       (unsigned long long)counts[i].bytes);
	free(own);
	free(counts);
	return result;
}

static int print_stats(const struct policy *policy, bool prometheus)
{
	struct about about;

	if (!read_about(policy, &about))
		return complain("target %s is not loaded", policy->target);
	if (about.counters != hash_of_counters(policy))
		return complain("build %.12s runs, which has other counters than this one (%.12s)", about.build,
				policy->build);
	const int map = open_pin(policy, "counters", "");
	const int result = map < 0 ? DONE : print_counters(policy, map, prometheus);

	if (map >= 0)
		close(map);
	return result;
}

static int usage(void)
{
	fputs("usage: sluice-load up|replace [--generic]\\n"
	      "       sluice-load down\\n"
	      "       sluice-load stats [--prometheus]\\n",
	      stderr);
	return USAGE;
}

int main(int count, char **arguments)
{
	static struct policy policy;
	const char *command = count > 1 ? arguments[1] : "";
	const char *option = count > 2 ? arguments[2] : NULL;
	const bool places = !strcmp(command, "up") || !strcmp(command, "replace");
	const bool stats = !strcmp(command, "stats");
	const char *possible = places ? "--generic" : stats ? "--prometheus" : "";

	if (count > 3 || (option && strcmp(option, possible) != 0) || (!places && !stats && strcmp(command, "down") != 0))
		return usage();
	libbpf_set_print(silent);
	if (read_policy(&policy) != DONE)
		return FAILED;
	if (places)
		return put_in_place(&policy, !strcmp(command, "replace"), option != NULL);
	return stats ? print_stats(&policy, option != NULL) : take_away(&policy);
}
`;

/** templates/makefile.hbs */
export const makefile = `# Builds the program and its loader: clang 14 or newer, a C compiler, libbpf 1.0 or newer with its headers.

CLANG ?= clang
WARNINGS = -Wall -Wextra -Werror
# Debian and its relatives keep the headers of a machine's own architecture apart, and clang looks there for itself only.
HEADERS = -isystem /usr/include/$(shell uname -m)-linux-gnu

all: mitigate.bpf.o sluice-load

mitigate.bpf.o: mitigate.bpf.c policy.h
	$(CLANG) -std=gnu11 -O2 -g -target bpf -mcpu=v3 $(WARNINGS) $(HEADERS) -c $< -o $@

sluice-load: sluice-load.c
	$(CC) -std=gnu11 -O2 $(WARNINGS) $< -o $@ -lbpf

clean:
	rm -f mitigate.bpf.o sluice-load

.PHONY: all clean
`;

/** templates/maps.hbs */
export const maps = `/* --- Maps ------------------------------------------------------------------------------------------------------------- */

/* Key: a rule's number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RULES);
	__type(key, __u32);
	__type(value, struct rule);
} rules SEC(".maps");
{{#if conditions}}

/* Key: a condition's number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, CONDITIONS);
	__type(key, __u32);
	__type(value, struct condition);
} conditions SEC(".maps");
{{/if}}
{{#if counters}}

/* Key: a counter's number, as in policy.conf. Every processor counts for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");
{{/if}}
`;

/** templates/parser.hbs */
export const parser = `
/* --- What a frame says ------------------------------------------------------------------------------------------------ */

#define ETHERTYPE_IPV4 bpf_htons(0x0800)
#define ETHERTYPE_IPV6 bpf_htons(0x86dd)
#define ETHERTYPE_VLAN bpf_htons(0x8100)	 /* IEEE 802.1Q */
#define ETHERTYPE_SERVICE_VLAN bpf_htons(0x88a8) /* IEEE 802.1ad */

enum protocol {
	HOP_BY_HOP = 0,
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	DCCP = 33,
	ROUTING = 43,
	FRAGMENT = 44,
	ICMPV6 = 58,
	DESTINATION_OPTIONS = 60,
	SCTP = 132,
	UDP_LITE = 136,
};

struct ethernet_header {
	__u8 destination[6];
	__u8 source[6];
	__be16 type;
} __attribute__((packed));

struct vlan_tag {
	__be16 control; /* the lower 12 bits: the number of the VLAN */
	__be16 type;	/* of what follows */
} __attribute__((packed));

struct ipv4_header {
	__u8 version_and_length; /* of the header, in fours */
	__u8 traffic_class;
	__be16 length; /* of the packet */
	__be16 identification;
	__be16 fragment; /* flags, and the offset in eights */
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
} __attribute__((packed));

struct ipv6_header {
	__be16 version_and_class;
	__be16 flow;
	__be16 payload_length;
	__u8 next;
	__u8 hop_limit;
	__be64 source[2];
	__be64 destination[2];
} __attribute__((packed));

/* Farthest into a frame that the verifier follows. Frames are shorter: they stand in one page. */
#define FARTHEST 0xff00

/* \`length\` bytes of the frame from \`offset\` on; NULL where it has fewer. */
static __always_inline void *frame_at(struct xdp_md *context, __u32 offset, __u32 length)
{
	void *start = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;

	if (offset > FARTHEST)
		return NULL;
	return start + offset + length > end ? NULL : start + offset;
}

/* A byte of the packet, which may be shorter than the frame (padding of the link); ABSENT behind its end. */
static __always_inline __u32 byte_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __u8 *byte = frame_at(context, offset, 1);

	return byte && offset + 1 <= packet->end ? *byte : ABSENT;
}

/* Two bytes of the packet as a number; ABSENT where they are not both there. */
static __always_inline __u32 word_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __u8 *bytes = frame_at(context, offset, 2);

	return bytes && offset + 2 <= packet->end ? (__u32)bytes[0] << 8 | bytes[1] : ABSENT;
}

/* What stands in a transport header, as far as the packet holds it. */
static __always_inline void parse_transport(struct xdp_md *context, struct packet *packet, __u32 at)
{
	switch (packet->protocol) {
	case TCP:
		packet->tcp_flags = byte_at(context, packet, at + 13);
		if (at + 20 <= packet->end) {
			const __u32 payload = at + (byte_at(context, packet, at + 12) >> 4) * 4;

			if (payload <= packet->end)
				packet->payload_at = payload;
		}
		break;
	case UDP:
		if (at + 8 <= packet->end)
			packet->payload_at = at + 8;
		break;
	case UDP_LITE:
	case DCCP:
	case SCTP:
		break;
	case ICMP:
		if (packet->family == 4)
			packet->icmp4 = word_at(context, packet, at);
		return;
	case ICMPV6:
		if (packet->family == 6)
			packet->icmp6 = word_at(context, packet, at);
		return;
	default:
		return;
	}
	packet->source_port = word_at(context, packet, at);
	packet->destination_port = word_at(context, packet, at + 2);
	if (packet->destination_port != ABSENT)
		packet->service = packet->protocol << 16 | packet->destination_port;
}

/*
 * IPv4 (RFC 791). What is malformed or cut off is not judged: the kernel throws it away. \`length\` bytes of the frame are
 * left from \`at\` on.
 */
static __always_inline int parse_ipv4(struct xdp_md *context, struct packet *packet, __u32 at, __u32 length)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	const __u32 header_length = (header->version_and_length & 0x0f) * 4;
	const __u32 fragment = bpf_ntohs(header->fragment);

	packet->length = bpf_ntohs(header->length);
	if (header->version_and_length >> 4 != 4 || header_length < sizeof *header || packet->length < header_length ||
	    packet->length > length)
		return 0;
	packet->family = 4;
	packet->end = at + packet->length;
	packet->dscp = header->traffic_class >> 2;
	packet->ttl = header->ttl;
	packet->protocol = header->protocol;
	packet->source[0] = bpf_ntohl(header->source);
	packet->destination[0] = bpf_ntohl(header->destination);
	if (fragment & 0x1fff) {
		packet->fragment = 2;
		return 1;
	}
	packet->fragment = fragment & 0x2000 ? 1 : 0;
	parse_transport(context, packet, at + header_length);
	return 1;
}

/* The walk over the extension headers of IPv6: the header at hand. */
struct extensions {
	struct xdp_md *context;
	struct packet *packet;
	__u32 at;
	__u32 next; /* its protocol number; ABSENT behind one that is cut off */
	__u32 is_later_fragment;
};

/* As many as fit into the longest packet, eight bytes each. */
#define MOST_EXTENSIONS 8192

/* On to the header behind an extension header; 1 ends the walk. */
static long skip_extension(__u64 index, struct extensions *walk)
{
	const __u32 at = walk->at, end = walk->packet->end;
	const __u8 *header;

	(void)index;
	switch (walk->next) {
	case FRAGMENT:
		header = frame_at(walk->context, at, 8);
		if (!header || at + 8 > end)
			break;
		const __u32 offset = ((__u32)header[2] << 8 | header[3]) & 0xfff8;

		/* At offset 0 with no more to come, a fragment is whole by itself (RFC 6946). */
		if (offset || header[3] & 1)
			walk->packet->fragment = offset ? 2 : 1;
		walk->next = header[0];
		walk->at = at + 8;
		walk->is_later_fragment = offset != 0;
		return offset != 0;
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION_OPTIONS:
		header = frame_at(walk->context, at, 2);
		if (!header || at + 2 > end)
			break;
		walk->next = header[0];
		walk->at = at + (header[1] + 1) * 8;
		return 0;
	default:
		return 1;
	}
	walk->next = ABSENT;
	return 1;
}

/* IPv6 with its extension headers (RFC 8200); an authentication header is a protocol, as in IPv4. */
static __always_inline int parse_ipv6(struct xdp_md *context, struct packet *packet, __u32 at, __u32 length)
{
	const struct ipv6_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	const __u32 version_and_class = bpf_ntohs(header->version_and_class);

	packet->length = sizeof *header + bpf_ntohs(header->payload_length);
	/* The length of a jumbogram (RFC 2675) stands in an option: it is all that there is. */
	if (header->payload_length == 0 && header->next == HOP_BY_HOP)
		packet->length = length;
	if (version_and_class >> 12 != 6 || packet->length > length)
		return 0;
	packet->family = 6;
	packet->end = at + packet->length;
	packet->dscp = version_and_class >> 6 & 0x3f;
	packet->ttl = header->hop_limit;
	packet->source[0] = bpf_be64_to_cpu(header->source[0]);
	packet->source[1] = bpf_be64_to_cpu(header->source[1]);
	packet->destination[0] = bpf_be64_to_cpu(header->destination[0]);
	packet->destination[1] = bpf_be64_to_cpu(header->destination[1]);
	packet->fragment = 0;

	struct extensions walk = {
		.context = context, .packet = packet, .at = at + sizeof *header, .next = header->next,
	};
	if (walk.next == HOP_BY_HOP || walk.next == ROUTING || walk.next == FRAGMENT || walk.next == DESTINATION_OPTIONS)
		bpf_loop(MOST_EXTENSIONS, skip_extension, &walk, 0);
	packet->protocol = walk.next;
	if (walk.next != ABSENT && !walk.is_later_fragment)
		parse_transport(context, packet, walk.at);
	return 1;
}

/* Reads a frame; 0: it carries no IP packet, or a malformed one. */
__noinline int parse(struct xdp_md *context, struct packet *packet)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);
	__u32 at = sizeof *ethernet;

	if (!ethernet || !packet)
		return 0;
	packet->source_mac = (__u64)ethernet->source[0] << 40 | (__u64)ethernet->source[1] << 32 |
			     (__u64)ethernet->source[2] << 24 | (__u64)ethernet->source[3] << 16 |
			     (__u64)ethernet->source[4] << 8 | ethernet->source[5];
	packet->vlan = ABSENT;
	packet->service = packet->source_port = packet->destination_port = ABSENT;
	packet->tcp_flags = packet->icmp4 = packet->icmp6 = packet->payload_at = ABSENT;

	__be16 type = ethernet->type;
	for (int tags = 0; tags < 2 && (type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN); tags++) {
		const struct vlan_tag *tag = frame_at(context, at, sizeof *tag);

		if (!tag)
			return 0;
		if (tags == 0)
			packet->vlan = bpf_ntohs(tag->control) & 0x0fff;
		type = tag->type;
		at += sizeof *tag;
	}
	const __u32 length = context->data_end - context->data - at;

	if (type == ETHERTYPE_IPV4)
		return parse_ipv4(context, packet, at, length);
	if (type == ETHERTYPE_IPV6)
		return parse_ipv6(context, packet, at, length);
	return 0;
}
`;

/** templates/policy-header.hbs */
export const policyHeader = `/*
 * What the program of {{policy}} keeps: its sizes, and the layout of its maps, whose contents stand in maps/.
 *
 * Made by Sluice, build {{build}}.
 */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include <linux/types.h>

/* Rules of mitigate, and the 64-bit words that hold a bit for each. */
#define RULES {{rules}}
#define RULE_WORDS {{words}}
{{#if summaries}}
/* Words that hold a bit for each word of rules: set where the word is not empty. */
#define RULE_SUMMARIES {{summaries}}
{{/if}}
/* Steps in which all rules have been asked. */
#define MOST_STEPS {{steps}}
{{#if mostConditions}}
/* Most conditions of a rule that are asked one by one. */
#define MOST_CONDITIONS {{mostConditions}}
#define CONDITIONS {{conditions}}
{{/if}}
{{#if mostCounters}}
/* Most counters of a rule. */
#define MOST_COUNTERS {{mostCounters}}
#define COUNTERS {{counters}}
{{/if}}

/* A field that a packet lacks. */
#define ABSENT 0xffffffffU

/* A packet's fields, and how far its rules have been asked. */
struct packet {
	__u64 source[2]; /* IPv4: in the first; IPv6: the upper half in the first */
	__u64 destination[2];
	__u64 source_mac;
	__u32 family; /* 4 or 6 */
	__u32 length; /* of the IP packet */
	__u32 end;    /* where it ends, in bytes from the start of the frame */
	__u32 vlan;
	__u32 ttl;
	__u32 dscp;
	__u32 protocol;
	__u32 fragment; /* 0 not a fragment, 1 the first, 2 a later one */
	__u32 source_port;
	__u32 destination_port;
	__u32 service; /* protocol, and destination port in the lower 16 bits */
	__u32 tcp_flags;
	__u32 icmp4; /* type, and code in the lower 8 bits */
	__u32 icmp6;
	__u32 payload_at; /* behind the header of TCP or UDP, in bytes from the start of the frame */
{{#if zones}}
	__u32 zone;
{{/if}}

	/* For each field that rules test, the row of the packet's value. */
{{#each fields}}
	__u32 {{name}}_row;
{{/each}}

	/* Rules of the word at hand that the packet may meet and that were not asked yet. */
	__u64 bits;
	__u32 word;
{{#if summaries}}
	__u32 next_summary;
	__u64 summary; /* words not looked at yet */
{{/if}}
};

/* A bit for each rule, from the lowest of the first word on. */
struct rule_bits {
{{#if summaries}}
	__u64 summary[RULE_SUMMARIES];
{{/if}}
	__u64 words[RULE_WORDS];
};

enum rule_action {
	RULE_PASS,
	RULE_DROP,
	RULE_ON,   /* the next rule is asked */
	RULE_SKIP, /* the rule with the number \`skip_to\` is asked next */
};

struct rule {
	__u32 action;
	__u32 skip_to;
{{#if mostConditions}}
	__u32 conditions[MOST_CONDITIONS]; /* numbers, in the order in which they are asked; ABSENT: no more */
{{/if}}
{{#if mostCounters}}
	__u32 counters[MOST_COUNTERS]; /* numbers; ABSENT: no more */
{{/if}}
} __attribute__((aligned(8)));
{{#if mostCounters}}

struct count {
	__u64 packets;
	__u64 bytes; /* of IP packets */
};
{{/if}}
{{#if mostConditions}}

/* A condition that no table finds. Values of up to 128 bits, in two halves. */
struct condition {
	__u32 kind;
	__u32 negated;
	__u32 left;  /* a field; the first byte of the payload; of a sample, how many; a limiter */
	__u32 right; /* another field; the last byte; of how many; 1: over, 2: holds when full, above: the row */
	__u64 value[2]; /* of a limit: its period in ticks, its burst */
	__u64 mask[2];	/* of a limit: ticks in a nanosecond, what a byte counts (0: packets count, one each) */
};
{{/if}}
{{#each structs}}

{{this}}
{{/each}}

#endif
`;

/** templates/program-head.hbs */
export const programHead = `/*
 * mitigate of {{policy}}, for target {{target}}: every frame that comes in, before the kernel looks at it.
 *
 * Made by Sluice, build {{build}}.
{{#each remarks}}
 * {{this}}
{{/each}}
 *
 * All {{rules}} rules are found at once. For each field that rules test, a table leads from the packet's value to a row of
 * bits, one for each rule: set where the rule asks nothing of the field, or is content with the value. The rules whose bit
 * is set in every field's row are those that the packet meets; the lowest comes first. So rules are data, in maps/, and this
 * text is the same for ten rules and for ten thousand. Which bit is which rule, and its line, stands in maps/rules.txt.
 */
#include <linux/bpf.h>
{{#if limiters}}
#include <linux/errno.h>
{{/if}}

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "policy.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the tables in maps/ are written for machines with the low byte first"
#endif

`;

/** templates/program.hbs */
export const program = `
/* --- The program ------------------------------------------------------------------------------------------------------ */

SEC("xdp")
int mitigate(struct xdp_md *context)
{
{{#if rules}}
	struct packet packet = {};

	if (!parse(context, &packet))
		return XDP_PASS;
{{#if zones}}
	packet.zone = zone_of(context, &packet);
{{/if}}
	return judge(context, &packet);
{{else}}
	(void)context;
	return XDP_PASS;
{{/if}}
}

char _license[] SEC("license") = "Apache-2.0";
`;

/** templates/single-value-map.hbs */
export const singleValueMap = `
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct {{name}}_table);
} {{name}} SEC(".maps");
`;

/** templates/sorted-field.hbs */
export const sortedField = `
/*
 * The row of the last range that begins at the value or below. Each step halves what is left, without a
 * branch: that is faster, and the verifier has one path to follow.
 */
static __always_inline __u32 {{name}}_row({{parameter}})
{
	const __u32 zero = 0;
	const struct {{name}}_table *table = bpf_map_lookup_elem(&{{name}}, &zero);
	__u64 at = 0;

	if (!table{{#if mayLack}} || {{value}} == ABSENT{{/if}})
		return {{absentRow}};
#pragma unroll
	for (__u64 step = {{size}} / 2; step > 0; step /= 2)
		at += step & -is_at_most(table->lows[at + step], {{value}});
	return table->rows[at];
}
`;

/** templates/walk.hbs */
export const walk = `
/* --- The rules that a packet meets ------------------------------------------------------------------------------------ */

/* The rules of one word that every field's row has. */
static __always_inline __u64 rules_in_word(const struct packet *packet, __u32 word)
{
	__u64 bits = ~0ULL;

	/* What is checked must be what is used, for the verifier: not some other number that the compiler knows it from. */
	barrier_var(word);
	if (word >= RULE_WORDS)
		return 0;
{{#each fields}}
	const struct rule_bits *{{name}} = bpf_map_lookup_elem(&{{name}}_rules, &packet->{{name}}_row);

	if (!{{name}})
		return 0;
	bits &= {{name}}->words[word];
{{/each}}
{{#unless fields}}
	(void)packet;
	bits = word * 64 + 64 > RULES ? (1ULL << (RULES % 64)) - 1 : bits;
{{/unless}}
	return bits;
}
{{#if summaries}}

/* The words of one summary that are empty in no field's row. */
static __always_inline __u64 words_in_summary(const struct packet *packet, __u32 summary)
{
	__u64 bits = ~0ULL;

	barrier_var(summary);
	if (summary >= RULE_SUMMARIES)
		return 0;
{{#each fields}}
	const struct rule_bits *{{name}} = bpf_map_lookup_elem(&{{name}}_rules, &packet->{{name}}_row);

	if (!{{name}})
		return 0;
	bits &= {{name}}->summary[summary];
{{/each}}
	return bits;
}
{{/if}}

/* The number of the lowest bit that is set, by the place of that bit in a de Bruijn sequence; \`bits\` is not 0. */
static __always_inline __u32 lowest_bit(__u64 bits)
{
	static const __u8 numbers[64] = {
		0,  1,	2,  53, 3,  7,	54, 27, 4,  38, 41, 8,	34, 55, 48, 28, 62, 5,	39, 46, 44, 42,
		22, 9,	24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
		23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
	};

	return numbers[(bits & -bits) * 0x022fdd63cc95386dULL >> 58];
}

struct walk {
	struct xdp_md *context;
	struct packet *packet;
	int action;
};
{{#if counters}}

static __always_inline void add_to_counter(__u32 number, const struct packet *packet)
{
	struct count *count = bpf_map_lookup_elem(&counters, &number);

	if (!count)
		return;
	count->packets++;
	count->bytes += packet->length;
}
{{/if}}
{{#if skips}}

/* The rule with this number is asked next. */
static __always_inline void skip_to(struct packet *packet, __u32 number)
{
	packet->word = number / 64;
	packet->bits = rules_in_word(packet, packet->word) & ~0ULL << number % 64;
{{#if summaries}}
	packet->next_summary = packet->word / 64 + 1;
	packet->summary = words_in_summary(packet, packet->word / 64) & ~((2ULL << packet->word % 64) - 1);
{{/if}}
}
{{/if}}

/* Does what a rule says to a packet that the tables have led to it; 1 where that ends mitigate. */
static __always_inline long ask_rule(struct walk *walk, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return 1;
{{#if conditions}}
	for (int at = 0; at < MOST_CONDITIONS && rule->conditions[at] != ABSENT; at++) {
		if (!holds(walk->context, walk->packet, rule->conditions[at]))
			return 0;
	}
{{/if}}
{{#if counters}}
	for (int at = 0; at < MOST_COUNTERS && rule->counters[at] != ABSENT; at++)
		add_to_counter(rule->counters[at], walk->packet);
{{/if}}
	switch (rule->action) {
	case RULE_ON:
		return 0;
{{#if skips}}
	case RULE_SKIP:
		skip_to(walk->packet, rule->skip_to);
		return 0;
{{/if}}
	case RULE_DROP:
		walk->action = XDP_DROP;
		return 1;
	default:
		return 1;
	}
}

/* One step: on to the next word that is not empty, or its next rule; 1 ends the walk. */
static long step(__u64 index, struct walk *walk)
{
	struct packet *packet = walk->packet;

	(void)index;
	if (packet->bits) {
		const __u32 number = packet->word * 64 + lowest_bit(packet->bits);

		packet->bits &= packet->bits - 1;
		return ask_rule(walk, number);
	}
{{#if summaries}}
	if (packet->summary) {
		packet->word = (packet->next_summary - 1) * 64 + lowest_bit(packet->summary);
		packet->summary &= packet->summary - 1;
		packet->bits = rules_in_word(packet, packet->word);
		return 0;
	}
	if (packet->next_summary >= RULE_SUMMARIES)
		return 1;
	packet->summary = words_in_summary(packet, packet->next_summary++);
	return 0;
{{else}}
	if (++packet->word >= RULE_WORDS)
		return 1;
	packet->bits = rules_in_word(packet, packet->word);
	return 0;
{{/if}}
}

/* Finds the packet's rules, and does what they say. */
__noinline int judge(struct xdp_md *context, struct packet *packet)
{
	struct walk walk = { .context = context, .packet = packet, .action = XDP_PASS };

	if (!context || !packet)
		return XDP_PASS;
{{#each fields}}
	packet->{{name}}_row = {{name}}_row(packet);
{{/each}}
{{#if summaries}}
	packet->next_summary = 0;
	packet->summary = packet->bits = 0;
{{else}}
	packet->word = 0;
	packet->bits = rules_in_word(packet, 0);
{{/if}}
	bpf_loop(MOST_STEPS, step, &walk, 0);
	return walk.action;
}
`;

/** templates/zones.hbs */
export const zones = `
/* Key: an interface's number. The loader fills it: the policy knows interfaces by name. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, {{interfaces}});
	__type(key, __u32);
	__type(value, struct zones_of_interface);
} zones SEC(".maps");

/* The zone that the frame came in by; ABSENT: none. */
static __always_inline __u32 zone_of(struct xdp_md *context, const struct packet *packet)
{
	const __u32 interface = context->ingress_ifindex;
	const struct zones_of_interface *known = bpf_map_lookup_elem(&zones, &interface);

	if (!known)
		return ABSENT;
	const __u32 zone = packet->vlan < 4096 ? known->tagged[packet->vlan] : known->untagged;

	return zone == 0 ? ABSENT : zone;
}
`;
