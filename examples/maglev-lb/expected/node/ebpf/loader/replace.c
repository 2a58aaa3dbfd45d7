/* A policy's program in the place of another, or of none. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

/* What is pinned of a build, besides its links. */
enum part { PROGRAM, COUNTERS, LIMITS, BUCKETS, SERVICES, BACKENDS, MAGLEV, ABOUT, PARTS };

static const char *const names[PARTS] = {
	"program", "counters", "limits", "buckets", "services", "backends", "maglev", "about",
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
	struct about about = { .counters = hash_of_counters(policy) };
	const uint32_t zero = 0;
	const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "about", sizeof zero, sizeof about, 1, NULL);

	memcpy(about.build, policy->build, sizeof about.build);
	if (map < 0 || bpf_map_update_elem(map, &zero, &about, BPF_ANY)) {
		complain("what runs cannot be noted down: %s", strerror(errno));
		return -1;
	}
	return map;
}

/* Puts the program in the place of the former on all interfaces, or of none, where it then stays. */
static int replace(struct policy *policy, struct bpf_object *object, const int former[PARTS])
{
	const int parts[PARTS] = {
		[PROGRAM] = bpf_program__fd(bpf_object__find_program_by_name(object, "sluice")),
		[COUNTERS] = bpf_object__find_map_fd_by_name(object, "counters"),
		[LIMITS] = bpf_object__find_map_fd_by_name(object, "limits"),
		[BUCKETS] = bpf_object__find_map_fd_by_name(object, "buckets"),
		[SERVICES] = bpf_object__find_map_fd_by_name(object, "services"),
		[BACKENDS] = bpf_object__find_map_fd_by_name(object, "backends"),
		[MAGLEV] = bpf_object__find_map_fd_by_name(object, "maglev"),
		[ABOUT] = note_down(policy),
	};
	int attached = 0, result = parts[ABOUT] < 0 ? FAILED : DONE;

	while (result == DONE && attached < policy->interface_count)
		result = attach(policy, &policy->interfaces[attached++], parts[PROGRAM], former[PROGRAM]);
	if (result == DONE)
		result = pin_parts(policy, parts);
	if (result == DONE) {
		detach_others(policy);
		return DONE;
	}
	while (attached > 0)
		attach_former(policy, &policy->interfaces[--attached], former[PROGRAM]);
	pin_parts(policy, former);
	return result;
}

int put_in_place(struct policy *policy, bool may_replace)
{
	int former[PARTS];

	if (find_interfaces(policy) != DONE)
		return FAILED;
	for (int i = 0; i < PARTS; i++)
		former[i] = open_pin(policy, names[i], "");
	if (former[PROGRAM] >= 0 && !may_replace)
		return complain("target %s is loaded already: sluice-load replace", policy->target);
	int result = make_folders(policy);
	struct bpf_object *object = result == DONE ? load_program(policy, &result) : NULL;

	if (object) {
		result = replace(policy, object, former);
		bpf_object__close(object);
	}
	/* Where something is pinned in them, they stay. */
	remove_folders(policy);
	return result;
}

int take_away(const struct policy *policy)
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
