/* What a host that balances has to be: its interfaces' link addresses are known, and they forward. */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

/* `struct interface` of the program. */
struct known_interface {
	uint64_t mac;
	uint32_t index;
	uint32_t unused;
};

static int read_mac(const char *name, uint64_t *mac)
{
	struct ifreq request = {};
	const int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = DONE;

	strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
	if (handle < 0 || ioctl(handle, SIOCGIFHWADDR, &request))
		result = complain("%s: its link address cannot be read: %s", name, strerror(errno));
	for (int byte = 0; byte < 6; byte++)
		*mac = *mac << 8 | (uint8_t)request.ifr_hwaddr.sa_data[byte];
	if (handle >= 0)
		close(handle);
	return result;
}

/* The kernel tells programs the way of packets only for interfaces that forward; they may begin to later. */
static void check_forwarding(const char *name, const char *family)
{
	char path[128];
	char value = '1';

	snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/forwarding", family, name);
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	if (fread(&value, 1, 1, file) != 1)
		value = '1';
	fclose(file);
	if (value == '0')
		complain("%s does not forward yet, and until it does no packet gets from there to a backend: "
			 "sysctl -w net/%s/conf/%s/forwarding=1",
			 name, family, name);
}

void check_way(const struct policy *policy, bool ipv4, bool ipv6)
{
	for (int i = 0; i < policy->interface_count; i++) {
		const char *name = policy->interfaces[i].name;

		if (ipv4)
			check_forwarding(name, "ipv4");
		if (ipv6)
			check_forwarding(name, "ipv6");
	}
}

int fill_interfaces(const struct policy *policy, int map)
{
	struct known_interface known[MOST_INTERFACES] = {};
	const uint32_t zero = 0;

	for (int i = 0; i < policy->interface_count; i++) {
		known[i].index = policy->interfaces[i].index;
		if (read_mac(policy->interfaces[i].name, &known[i].mac) != DONE)
			return FAILED;
	}
	if (bpf_map_update_elem(map, &zero, known, BPF_ANY))
		return complain("the interfaces cannot be put into their map: %s", strerror(errno));
	return DONE;
}
