/* policy.conf, dispatch.conf: what the loader is told. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

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

/* Puts a name behind those that there are. */
static bool read_name(char ***names, uint32_t *count, const char *name)
{
	char **longer = realloc(*names, (*count + 1) * sizeof *longer);

	if (!longer)
		return false;
	*names = longer;
	longer[*count] = strdup(name);
	return longer[(*count)++] != NULL;
}

/* Puts a table behind those that there are. */
static bool read_bucket_table(struct bucket_table **tables, uint32_t *count, const char *values)
{
	struct bucket_table *longer = realloc(*tables, (*count + 1) * sizeof *longer);

	if (!longer)
		return false;
	*tables = longer;
	struct bucket_table *table = &longer[(*count)++];

	return sscanf(values, "%15s %u", table->name, &table->keys) == 2;
}

/* `0 1 3600000000000 banned`: two tables, nanoseconds, and the name. */
static bool read_memory(struct policy *policy, const char *values)
{
	struct memory *longer = realloc(policy->memories, (policy->memory_count + 1) * sizeof *longer);
	int name = 0;

	if (!longer)
		return false;
	policy->memories = longer;
	struct memory *memory = &longer[policy->memory_count];

	if (sscanf(values, "%d %d %" SCNu64 " %n", &memory->tables[0], &memory->tables[1], &memory->lasts, &name) != 3 || !name)
		return false;
	memory->name = strdup(values + name);
	policy->memory_count++;
	return memory->name != NULL;
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
		return read_name(&policy->counters, &policy->counter_count, values);
	if (!strcmp(word, "service"))
		return read_name(&policy->services, &policy->service_count, values);
	if (!strcmp(word, "socket"))
		return read_name(&policy->sockets, &policy->socket_count, values);
	if (!strcmp(word, "limited"))
		return read_name(&policy->limited, &policy->limited_count, values);
	if (!strcmp(word, "memory"))
		return read_memory(policy, values);
	if (!strcmp(word, "buckets"))
		return read_bucket_table(&policy->bucket_tables, &policy->bucket_table_count, values);
	if (!strcmp(word, "filter") && !strcmp(values, "input"))
		return policy->filters_input = true;
	if (!strcmp(word, "filter") && !strcmp(values, "forward"))
		return policy->filters_forward = true;
	if (!strcmp(word, "flows"))
		return read_bucket_table(&policy->flow_tables, &policy->flow_table_count, values);
	if (!strcmp(word, "tags"))
		return policy->reads_tags = true;
	return false;
}

/* A namespace stands in the list of interfaces as one. */
static void add_namespace(struct policy *policy)
{
	policy->interfaces[0] = (struct interface){ .name = "netns", .link = -1 };
	policy->interface_count = 1;
}

int read_policy(struct policy *policy, const struct hook *hook)
{
	char path[5000];

	policy->hook = hook;
	ssize_t length = readlink("/proc/self/exe", policy->folder, sizeof policy->folder - 1);

	if (length < 0)
		return complain("/proc/self/exe: %s", strerror(errno));
	policy->folder[length] = '\0';
	*strrchr(policy->folder, '/') = '\0';
	snprintf(path, sizeof path, "%s/%s", policy->folder, hook->settings);
	FILE *file = fopen(path, "re");

	if (!file && errno == ENOENT)
		return DONE;
	if (!file)
		return complain("%s: %s", path, strerror(errno));
	char *line = NULL;
	size_t size = 0;
	int number = 0, result = DONE;

	while (result == DONE && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		char *values = strchr(line, ' ');

		if (values)
			*values++ = '\0';
		if (!read_setting(policy, line, values ? values : ""))
			result = complain("%s:%d: this cannot be read", path, number);
	}
	free(line);
	fclose(file);
	if (result == DONE && policy->target[0] == '\0')
		result = complain("%s: no target", path);
	if (hook->in_namespace)
		add_namespace(policy);
	policy->is_there = true;
	return result;
}

/* FNV-1a over the names of counters. */
uint64_t hash_of_counters(const struct policy *policy)
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
