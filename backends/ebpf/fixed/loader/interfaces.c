/* The interfaces that the program runs on: a link for each, which is pinned. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

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

int find_interfaces(struct policy *policy)
{
	for (int i = 0; i < policy->interface_count && !policy->hook->in_namespace; i++) {
		struct interface *interface = &policy->interfaces[i];

		interface->index = if_nametoindex(interface->name);
		if (!interface->index)
			return complain("no interface %s", interface->name);
		if (policy->reads_tags && check_tags(interface) != DONE)
			return FAILED;
		if (policy->hook->at_egress && check_frames(interface) != DONE)
			return FAILED;
	}
	return DONE;
}

/* Whether the interface's link runs in the kernel's own code, not in the driver; -1: that cannot be told. */
static int is_generic(const struct interface *interface)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, running);
	struct bpf_link_info info = {};
	uint32_t size = sizeof info;

	if (bpf_obj_get_info_by_fd(interface->link, &info, &size) ||
	    bpf_xdp_query((int)interface->index, 0, &running))
		return -1;
	return running.skb_prog_id == info.prog_id;
}

/* A link stays in the mode that it was made in. */
static int check_mode(const struct interface *interface)
{
	const int generic = is_generic(interface);

	if (generic < 0)
		return complain("%s does not tell how its program runs: %s", interface->name, strerror(errno));
	if (generic == interface->generic)
		return DONE;
	return complain("a program runs on %s in %s mode already, and a replace cannot change that: "
			"%s, or take it away first (sluice-load down, then up; frames are not judged in between)",
			interface->name, generic ? "generic" : "native",
			generic ? "sluice-load replace --generic goes on so" : "leave out --generic, or `generic` in the policy");
}

/* The number of the interface that the link runs on; 0: that is gone. It stands at the same place for tcx. */
static uint32_t interface_of(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof info;

	return bpf_obj_get_info_by_fd(link, &info, &size) ? 0 : info.xdp.ifindex;
}

/* An interface of the same name in another network namespace is another interface. */
static int check_namespace(const struct policy *policy, const struct interface *interface)
{
	struct about about = {};

	if (interface_of(interface->link) == interface->index && read_about(policy, &about) &&
	    about.namespace == own_namespace())
		return DONE;
	return complain("a program runs on %s of another network namespace: replace it from there (nsenter --net=), or take "
			"it away first (sluice-load down)",
			interface->name);
}

static int link_at_xdp(const struct interface *interface, int program)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = interface->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	const int link = bpf_link_create(program, (int)interface->index, BPF_XDP, &options);

	if (link < 0)
		complain("XDP cannot be attached to %s: %s%s", interface->name, strerror(errno),
			 interface->generic ? "" : " (its driver may have none: try --generic)");
	return link;
}

int attach(const struct policy *policy, struct interface *interface, int program, int former)
{
	if (policy->hook->in_namespace)
		return attach_to_namespace(policy, interface, program, former);
	interface->link = open_pin(policy, "link_", interface->name);
	if (interface->link >= 0 && !interface_of(interface->link)) {
		close(interface->link);
		interface->link = -1;
	}
	if (interface->link >= 0) {
		LIBBPF_OPTS(bpf_link_update_opts, update, .flags = BPF_F_REPLACE, .old_prog_fd = (uint32_t)former);

		if (check_namespace(policy, interface) != DONE ||
		    (!policy->hook->at_egress && check_mode(interface) != DONE))
			return FAILED;
		if (former >= 0 && !bpf_link_update(interface->link, program, &update))
			return DONE;
		return complain("the program of %s cannot be replaced: %s", interface->name, strerror(errno));
	}
	interface->link = policy->hook->at_egress ? link_at_egress(interface, program) : link_at_xdp(interface, program);
	if (interface->link < 0)
		return FAILED;
	interface->is_new = true;
	return pin(policy, interface->link, "link_", interface->name);
}

/* Puts back what ran on the interface before: the former program, or nothing. */
void attach_former(const struct policy *policy, struct interface *interface, int former)
{
	if (interface->is_new)
		unpin(policy, "link_", interface->name);
	else if (interface->link >= 0 && former >= 0)
		bpf_link_update(interface->link, former, NULL);
	if (interface->link >= 0)
		close(interface->link);
}

/* Links of interfaces that the policy names no more. */
void detach_others(const struct policy *policy)
{
	char path[512], link[64];

	folder_path(policy, path, sizeof path);
	snprintf(link, sizeof link, "%slink_", policy->hook->pins);
	DIR *folder = opendir(path);

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		bool is_wanted = strncmp(entry->d_name, link, strlen(link)) != 0;

		for (int i = 0; i < policy->interface_count && !is_wanted; i++) {
			char own[512];

			pin_path(policy, "link_", policy->interfaces[i].name, own, sizeof own);
			is_wanted = !strcmp(strrchr(own, '/') + 1, entry->d_name);
		}
		if (!is_wanted)
			remove_pin(policy, entry->d_name);
	}
	if (folder)
		closedir(folder);
}
