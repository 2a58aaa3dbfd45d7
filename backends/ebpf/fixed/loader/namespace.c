/* The network namespace that a program runs in: a link, which is pinned. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader.h"

/* The number of the link's namespace; 0: that is gone, or cannot be told. */
static uint32_t namespace_of(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof info;

	return bpf_obj_get_info_by_fd(link, &info, &size) ? 0 : info.netns.netns_ino;
}

uint64_t own_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) ? 0 : status.st_ino;
}

static int replace_program(const struct policy *policy, const struct interface *place, int program, int former)
{
	LIBBPF_OPTS(bpf_link_update_opts, update, .flags = BPF_F_REPLACE, .old_prog_fd = (uint32_t)former);

	if (former >= 0 && !bpf_link_update(place->link, program, &update))
		return DONE;
	return complain("the program %s cannot be replaced: %s", policy->hook->program, strerror(errno));
}

int attach_to_namespace(const struct policy *policy, struct interface *place, int program, int former)
{
	const int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (own < 0 || fstat(own, &status))
		return complain("/proc/self/ns/net: %s", strerror(errno));
	place->link = open_pin(policy, "link_", place->name);
	const uint32_t running = place->link < 0 ? 0 : namespace_of(place->link);

	if (running) {
		close(own);
		if (running == status.st_ino)
			return replace_program(policy, place, program, former);
		return complain("the program %s of target %s runs in another network namespace: replace it from there "
				"(nsenter --net=), or take it away first (sluice-load down)",
				policy->hook->program, policy->target);
	}
	if (place->link >= 0)
		close(place->link);
	place->link = bpf_link_create(program, own, BPF_SK_LOOKUP, NULL);
	const int error = errno;

	close(own);
	if (place->link < 0)
		return complain("%s cannot be attached to the network namespace: %s", policy->hook->program,
				strerror(error));
	place->is_new = true;
	return pin(policy, place->link, "link_", place->name);
}
