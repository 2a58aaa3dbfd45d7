/* What maps hold: the files of maps/, and the zones of interfaces by their numbers on this host. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader.h"

/* Copies a file of maps/ into the map of its name. */
static int fill_map(const struct policy *policy, const struct bpf_map *map)
{
	char path[5000];
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t element = (bpf_map__value_size(map) + 7) / 8 * 8;
	const size_t size = element * bpf_map__max_entries(map);

	snprintf(path, sizeof path, "%s/%s/%s.bin", policy->folder, policy->hook->maps, bpf_map__name(map));
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

static int fill_zones(const struct policy *policy, const struct bpf_map *map)
{
	for (int i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (bpf_map_update_elem(bpf_map__fd(map), &interface->index, interface->zones, BPF_ANY))
			return complain("the zones of %s cannot be set: %s", interface->name, strerror(errno));
	}
	return DONE;
}

int fill_maps(const struct policy *policy, struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);
		int result = DONE;

		if (!strcmp(name, "zones"))
			result = fill_zones(policy, map);
		else if (!strcmp(name, "maglev") || !strcmp(name, "interfaces"))
			continue;
		else if (bpf_map__map_flags(map) & BPF_F_MMAPABLE && !bpf_map__is_internal(map))
			result = fill_map(policy, map);
		if (result != DONE)
			return result;
	}
	if (make_buckets(policy, object) != DONE || make_flows(policy, object) != DONE)
		return FAILED;
	return prepare_balance(policy, object);
}
