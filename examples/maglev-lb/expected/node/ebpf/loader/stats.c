/* What counters have counted. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

#define MOST_COUNTED 3

/* `struct count` of the program: of each that the hook counts. */
struct count {
	uint64_t numbers[MOST_COUNTED];
};

/* How many numbers the program counts, and how many of them the policy has a use for. */
static int count_of_numbers(const struct policy *policy)
{
	return policy->hook->counted[2] ? 3 : 2;
}

static int shown_numbers(const struct policy *policy)
{
	return policy->hook->counted[2] && policy->limited_count ? 3 : 2;
}

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

/* Adds up what the processors counted of each counter. */
static int add_up(const struct policy *policy, int map, struct count *counts)
{
	const int processors = libbpf_num_possible_cpus(), numbers = count_of_numbers(policy);
	uint64_t *own = calloc((size_t)(processors * numbers), sizeof *own);
	int result = own ? DONE : complain("out of memory");

	for (uint32_t i = 0; result == DONE && i < policy->counter_count; i++) {
		if (bpf_map_lookup_elem(map, &i, own))
			result = complain("the counter %s cannot be read: %s", policy->counters[i], strerror(errno));
		for (int at = 0; at < processors * numbers; at++)
			counts[i].numbers[at % numbers] += own[at];
	}
	free(own);
	return result;
}

static void print_counter(const struct policy *policy, const char *name, const struct count *count)
{
	printf("%s:", name);
	for (int which = 0; which < shown_numbers(policy); which++)
		printf("%s %llu %s", which ? "," : "", (unsigned long long)count->numbers[which],
		       policy->hook->counted[which]);
	putchar('\n');
}

static int print_counters(const struct policy *policy, int map, bool prometheus)
{
	struct count *counts = calloc(policy->counter_count + 1, sizeof *counts);
	const int result = counts ? add_up(policy, map, counts) : complain("out of memory");

	for (int which = 0; result == DONE && prometheus && which < shown_numbers(policy); which++)
		print_metric(policy, counts, which);
	for (uint32_t i = 0; result == DONE && !prometheus && i < policy->counter_count; i++)
		print_counter(policy, policy->counters[i], &counts[i]);
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
