/* The interfaces of the network namespace, as rtnetlink(7) lists them. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

/* What rtnetlink says of one interface. */
static struct link link_of(const struct ifinfomsg *message, int length)
{
	struct link link = {
		.index = (unsigned int)message->ifi_index,
		.is_up = message->ifi_flags & IFF_UP,
		.is_loopback = message->ifi_flags & IFF_LOOPBACK,
	};
	const struct rtattr *attribute = IFLA_RTA(message);

	for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
		const void *value = RTA_DATA(attribute);
		int left = RTA_PAYLOAD(attribute);

		switch (attribute->rta_type) {
		case IFLA_IFNAME:
			strncpy(link.name, value, sizeof link.name - 1);
			break;
		case IFLA_LINK:
			memcpy(&link.below, value, sizeof link.below);
			break;
		case IFLA_MASTER:
			memcpy(&link.master, value, sizeof link.master);
			break;
		case IFLA_LINKINFO:
			for (const struct rtattr *part = value; RTA_OK(part, left); part = RTA_NEXT(part, left))
				if (part->rta_type == IFLA_INFO_KIND)
					link.is_vlan = !strcmp(RTA_DATA(part), "vlan");
			break;
		default:
			break;
		}
	}
	return link;
}

/* Puts those of one answer behind the `count` that there are; 1: there are more to come, 0: that was all, -1: an error. */
static int read_answer(int handle, struct link *links, int *count)
{
	static char answer[1 << 16] __attribute__((aligned(NLMSG_ALIGNTO)));
	const ssize_t size = recv(handle, answer, sizeof answer, 0);
	unsigned int left = size < 0 ? 0 : (unsigned int)size;

	if (size < 0)
		return -1;
	for (const struct nlmsghdr *header = (void *)answer; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
		if (header->nlmsg_type == NLMSG_DONE)
			return 0;
		if (header->nlmsg_type == NLMSG_ERROR || *count == MOST_LINKS)
			return -1;
		links[(*count)++] = link_of(NLMSG_DATA(header), (int)IFLA_PAYLOAD(header));
	}
	return 1;
}

int list_links(struct link links[MOST_LINKS])
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg message;
	} request = {
		.header = {
			.nlmsg_len = sizeof request,
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
	};
	const int handle = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int count = 0, more = handle >= 0 && send(handle, &request, sizeof request, 0) >= 0 ? 1 : -1;

	while (more > 0)
		more = read_answer(handle, links, &count);
	const int error = errno;

	if (handle >= 0)
		close(handle);
	if (more < 0) {
		complain("the interfaces cannot be listed: %s", strerror(error));
		return -1;
	}
	return count;
}
