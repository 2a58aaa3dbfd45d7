/* What stays when the loader ends: pins in the BPF file system. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "loader.h"

#define BPF_FILE_SYSTEM "/sys/fs/bpf"

void folder_path(const struct policy *policy, char *path, size_t size)
{
	snprintf(path, size, BPF_FILE_SYSTEM "/sluice/%s/", policy->target);
}

void pin_path(const struct policy *policy, const char *kind, const char *name, char *path, size_t size)
{
	folder_path(policy, path, size);
	const size_t start = strlen(path);

	snprintf(path + start, size - start, "%s%s%s", policy->hook->pins, kind, name);
	/* No dot can stand in a name there. */
	for (char *at = path + start; *at; at++)
		if (*at == '.')
			*at = '_';
}

void wait_for_others(void)
{
	const int folder = open(BPF_FILE_SYSTEM, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* Open until the loader ends. Where there is no such folder, there is nothing to wait for. */
	if (folder >= 0)
		flock(folder, LOCK_EX);
}

int open_pin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	return bpf_obj_get(path);
}

int pin(const struct policy *policy, int object, const char *kind, const char *name)
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

void unpin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	unlink(path);
}

void remove_pin(const struct policy *policy, const char *name)
{
	char path[512];

	folder_path(policy, path, sizeof path);
	const size_t start = strlen(path);

	snprintf(path + start, sizeof path - start, "%s", name);
	const int object = bpf_obj_get(path);

	/* Without its last pin, a link would end a moment later. Nothing else can be detached. */
	if (object >= 0) {
		bpf_link_detach(object);
		close(object);
	}
	unlink(path);
}

int make_folders(const struct policy *policy)
{
	char path[512];
	struct statfs status;
	const unsigned int bpf_magic = 0xcafe4a11;

	if (statfs(BPF_FILE_SYSTEM, &status) || (unsigned int)status.f_type != bpf_magic)
		return complain("no BPF file system at %s: mount -t bpf bpf %s (`ip netns exec` hides it; "
				"`nsenter --net=` does not)",
				BPF_FILE_SYSTEM, BPF_FILE_SYSTEM);
	folder_path(policy, path, sizeof path);
	if ((mkdir(BPF_FILE_SYSTEM "/sluice", 0700) && errno != EEXIST) || (mkdir(path, 0700) && errno != EEXIST))
		return complain("%s: %s", path, strerror(errno));
	return DONE;
}

void remove_folders(const struct policy *policy)
{
	char path[512];

	folder_path(policy, path, sizeof path);
	rmdir(path);
	rmdir(BPF_FILE_SYSTEM "/sluice");
}

bool read_about(const struct policy *policy, struct about *about)
{
	const uint32_t zero = 0;
	const int map = open_pin(policy, "about", "");
	const bool is_there = map >= 0 && !bpf_map_lookup_elem(map, &zero, about);

	if (map >= 0)
		close(map);
	return is_there;
}
