/*
 * Sockets in the router for a policy that looks for them (tproxy). They never receive anything: the harness table ends
 * every packet's way at the input hook. Each is owned by a user id of its own, by which the delivery log tells them apart.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

struct socket_request {
	uint32_t family; /* 4 or 6 */
	uint32_t protocol;
	uint32_t port;
	uint32_t transparent;
	uint8_t address[16];
};

static int set_options(int descriptor, const struct socket_request *wanted)
{
	const int on = 1;
	if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on))
		return -1;
	if (wanted->family == 6 && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on))
		return -1;
	if (!wanted->transparent)
		return 0;
	return wanted->family == 6 ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_TRANSPARENT, &on, sizeof on)
				   : setsockopt(descriptor, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on);
}

static int bind_address(int descriptor, const struct socket_request *wanted)
{
	if (wanted->family == 6) {
		struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)wanted->port) };
		memcpy(&address.sin6_addr, wanted->address, 16);
		return bind(descriptor, (struct sockaddr *)&address, sizeof address);
	}
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)wanted->port) };
	memcpy(&address.sin_addr, wanted->address, 4);
	return bind(descriptor, (struct sockaddr *)&address, sizeof address);
}

static int open_one(struct lab *lab, const struct socket_request *wanted)
{
	int tcp = wanted->protocol == IPPROTO_TCP;
	setfsuid(FIRST_SOCKET_OWNER + lab->socket_count);
	int descriptor = socket(wanted->family == 6 ? AF_INET6 : AF_INET,
				(tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	setfsuid(0);
	if (descriptor < 0 || set_options(descriptor, wanted) || bind_address(descriptor, wanted) ||
	    (tcp && listen(descriptor, 16)))
		return fail("cannot open socket %u (port %u): %s", lab->socket_count, wanted->port, strerror(errno));
	lab->sockets[lab->socket_count++] = descriptor;
	return 0;
}

/* Closes the sockets of the last call and opens the ones asked for. */
int open_sockets(struct lab *lab, const uint8_t *request, size_t length)
{
	while (lab->socket_count)
		close(lab->sockets[--lab->socket_count]);
	size_t count = length / sizeof(struct socket_request);
	if (count > MAX_SOCKETS)
		return fail("at most %d sockets", MAX_SOCKETS);
	for (size_t i = 0; i < count; i++) {
		struct socket_request wanted;
		memcpy(&wanted, request + i * sizeof wanted, sizeof wanted);
		if (open_one(lab, &wanted))
			return -1;
	}
	return 0;
}
