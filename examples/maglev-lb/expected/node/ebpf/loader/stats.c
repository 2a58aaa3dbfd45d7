/* What counters have counted. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

/* `struct count` of the program: of the first and the second that the hook counts. */
struct count {
	uint64_t numbers[2];
};

/* A name between quotes, as Prometheus writes it. */
void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void print_metric(const struct policy *policy, const struct count *counts, int which)
{
	const char *unit = policy->hook->counted[which];

	printf("# TYPE sluice_%s_total counter\n", unit);
	for (uint32_t i = 0; i < policy->counter_count; i++) {
		printf("sluice_%s_total{target=", unit);
		print_quoted(policy->target);
		printf(",counter=");
		print_quoted(policy->counters[i]);
		printf("} %llu\n", (unsigned long long)counts[i].numbers[which]);
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
			counts[i].numbers[0] += own[processor].numbers[0];
			counts[i].numbers[1] += own[processor].numbers[1];
		}
	}
	if (result == DONE && prometheus) {
		print_metric(policy, counts, 0);
		print_metric(policy, counts, 1);
	}
	for (uint32_t i = 0; result == DONE && !prometheus && i < policy->counter_count; i++)
		printf("%s: %llu %s, %llu %s\n", policy->counters[i], (unsigned long long)counts[i].numbers[0],
		       policy->hook->counted[0], (unsigned long long)counts[i].numbers[1], policy->hook->counted[1]);
	free(own);
	free(counts);
	return result;
}

int print_stats(const struct policy *policy, bool prometheus)
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
	return result == DONE ? print_sockets(policy, prometheus) : result;
}
