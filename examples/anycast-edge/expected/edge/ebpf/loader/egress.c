/* Where packets leave by an interface: a link there (tcx), before the queues and before what tc's own commands put there (clsact). */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

/* Headers of earlier kernels do not have it. */
#define TCX_EGRESS ((enum bpf_attach_type)47)

/* The program looks for the header of IP behind that of Ethernet. */
int check_frames(const struct interface *interface)
{
	const int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {};

	memcpy(request.ifr_name, interface->name, sizeof request.ifr_name);
	const bool is_known = socket_ >= 0 && !ioctl(socket_, SIOCGIFHWADDR, &request);

	if (socket_ >= 0)
		close(socket_);
	if (!is_known)
		return complain("%s does not tell what its frames are: %s", interface->name, strerror(errno));
	if (request.ifr_hwaddr.sa_family == ARPHRD_ETHER || request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK)
		return DONE;
	return complain("the frames of %s are not those of Ethernet, and the program that finds the class of what leaves reads no "
			"others: take it out of `xdp on` in the policy, so that another plane chooses the class",
			interface->name);
}

int link_at_egress(const struct interface *interface, int program)
{
	LIBBPF_OPTS(bpf_link_create_opts, options);
	const int link = bpf_link_create(program, (int)interface->index, TCX_EGRESS, &options);

	if (link < 0)
		complain("the program classes cannot be attached to what leaves by %s: %s%s", interface->name,
			 strerror(errno), errno == EINVAL ? " (links there, tcx, came with Linux 6.6)" : "");
	return link;
}
