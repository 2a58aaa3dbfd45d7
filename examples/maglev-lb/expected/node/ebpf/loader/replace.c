/* A policy's programs in the place of others, or of none. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

/* What is pinned of a build, besides its links. */
enum part {
	PROGRAM,
	COUNTERS,
	LIMITS,
	BUCKETS,
	FLOW_TABLES,
	FLOWS,
	SERVICES,
	BACKENDS,
	MAGLEV,
	SOCKETS,
	SOURCES,
	DESTINATIONS,
	ABOUT,
	PARTS
};

static const char *const names[PARTS] = {
	"program",  "counters", "limits", "buckets",	 "flow_tables",	     "flows", "services",
	"backends", "maglev",	"sockets", "source_ipv4", "dest_ipv4", "about",
};

/* A program on its way to its hook. */
struct placing {
	struct policy *policy;
	struct bpf_object *object; /* NULL: the policy has nothing for the hook */
	int former[PARTS];	   /* of what runs now; -1: there is none */
	int former_limiter;	   /* at sockets; -1: there is none */
	int attached;		   /* interfaces, from the first on */
};

/* Pins the parts that there are, and takes away the pins of the others (-1). */
static int pin_parts(const struct policy *policy, const int parts[PARTS])
{
	for (int i = 0; i < PARTS; i++) {
		if (parts[i] < 0)
			unpin(policy, names[i], "");
		else if (pin(policy, parts[i], names[i], "") != DONE)
			return FAILED;
	}
	return DONE;
}

/* A map that says what the program was made from. */
static int note_down(const struct policy *policy)
{
	struct about about = { .counters = hash_of_counters(policy), .namespace = own_namespace() };
	const uint32_t zero = 0;
	const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "about", sizeof zero, sizeof about, 1, NULL);

	memcpy(about.build, policy->build, sizeof about.build);
	if (map < 0 || bpf_map_update_elem(map, &zero, &about, BPF_ANY)) {
		complain("what runs cannot be noted down: %s", strerror(errno));
		return -1;
	}
	return map;
}

/* Loads the program, with its maps filled; nothing runs it yet. */
static int prepare(struct placing *placing, struct policy *policy, bool may_replace)
{
	int result;

	placing->policy = policy;
	if (find_interfaces(policy) != DONE || check_filters(policy) != DONE)
		return FAILED;
	for (int i = 0; i < PARTS; i++)
		placing->former[i] = open_pin(policy, names[i], "");
	placing->former_limiter = running_limiter(policy);
	if (placing->former[PROGRAM] >= 0 && !may_replace)
		return complain("target %s is loaded already: sluice-load replace", policy->target);
	if (!policy->is_there)
		return DONE;
	if (check_limited(policy) != DONE)
		return FAILED;
	placing->object = load_program(policy, &result);
	return result;
}

/* Puts the program in the place of the former on all interfaces. */
static int replace(struct placing *placing)
{
	struct policy *policy = placing->policy;
	struct bpf_object *object = placing->object;

	if (!object)
		return DONE;
	int parts[PARTS];

	/* All others are maps of their names. */
	for (int i = 0; i < PARTS; i++)
		parts[i] = bpf_object__find_map_fd_by_name(object, names[i]);
	parts[PROGRAM] = bpf_program__fd(bpf_object__find_program_by_name(object, policy->hook->program));
	parts[ABOUT] = note_down(policy);
	int result = parts[ABOUT] < 0 ? FAILED : DONE;

	while (result == DONE && placing->attached < policy->interface_count)
		result = attach(policy, &policy->interfaces[placing->attached++], parts[PROGRAM],
				placing->former[PROGRAM]);
	if (result == DONE)
		result = put_limiter(policy, limiter_of(object));
	return result == DONE ? pin_parts(policy, parts) : result;
}

/* Puts back what ran at the hook before. */
static void undo(struct placing *placing)
{
	struct policy *policy = placing->policy;

	if (!placing->object)
		return;
	while (placing->attached > 0)
		attach_former(policy, &policy->interfaces[--placing->attached], placing->former[PROGRAM]);
	put_limiter(policy, placing->former_limiter);
	pin_parts(policy, placing->former);
}

/* Takes away what of the former policy has nothing in its place. */
static void finish(const struct placing *placing)
{
	detach_others(placing->policy);
	if (placing->object)
		return;
	for (int i = 0; i < PARTS; i++)
		unpin(placing->policy, names[i], "");
	unpin(placing->policy, "limiters", "");
	unpin(placing->policy, "filtered", "");
}

int put_in_place(struct policy *policies, int count, bool may_replace)
{
	struct placing placings[MOST_HOOKS] = {};
	int prepared = 0, replaced = 0, result = make_folders(&policies[0]);

	while (result == DONE && prepared < count) {
		result = prepare(&placings[prepared], &policies[prepared], may_replace);
		prepared++;
	}
	while (result == DONE && replaced < count)
		result = replace(&placings[replaced++]);
	while (result != DONE && replaced > 0)
		undo(&placings[--replaced]);
	for (int i = 0; i < prepared; i++) {
		if (result == DONE)
			finish(&placings[i]);
		bpf_object__close(placings[i].object);
	}
	/* Where something is pinned in them, they stay. */
	remove_folders(&policies[0]);
	return result;
}

int take_away(const struct policy *policy)
{
	char path[512];

	folder_path(policy, path, sizeof path);
	DIR *folder = opendir(path);

	if (!folder)
		return complain("target %s is not loaded", policy->target);
	for (struct dirent *entry; (entry = readdir(folder));)
		if (entry->d_name[0] != '.')
			remove_pin(policy, entry->d_name);
	closedir(folder);
	remove_folders(policy);
	return DONE;
}
