#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockets.h"

struct open_socket sockets[MOST_SOCKETS];
int socket_count;
char names[MOST_SOCKETS][64];
static int name_count;

void die(const char *what)
{
	fprintf(stderr, "socket-runner: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_socket(int name, int protocol, int family, int dual, int port)
{
	const int on = 1, only = !dual;
	const int type = protocol == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
	const int descriptor = socket(family == 6 ? AF_INET6 : AF_INET, type, 0);
	struct sockaddr_in6 address6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	struct sockaddr_in address4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct open_socket *own = &sockets[socket_count++];
	socklen_t size = sizeof own->cookie;

	if (descriptor < 0)
		die("no socket");
	if (family == 6 && (setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) ||
			    setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) ||
			    /* IPv6 sends from no address that only a route makes local, else. */
			    setsockopt(descriptor, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on)))
		die("no options");
	if (protocol == IPPROTO_UDP && (family == 4 || dual) && setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on))
		die("no IP_PKTINFO");
	const struct sockaddr *address = family == 6 ? (void *)&address6 : (void *)&address4;

	if (bind(descriptor, address, family == 6 ? sizeof address6 : sizeof address4) ||
	    (type == SOCK_STREAM && listen(descriptor, 1024)))
		die("a socket that does not listen");
	*own = (struct open_socket){ descriptor, name, protocol, family, dual, 0 };
	if (getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &own->cookie, &size))
		die("no cookie");
	return descriptor;
}

static void register_socket(const char *loader, const char *name, int descriptor)
{
	char command[4096];

	snprintf(command, sizeof command, "%s socket %s --pid %d --fd %d", loader, name, getpid(), descriptor);
	if (system(command))
		exit(1);
}

/* What makes a socket one that a limit may not be for. */
static void set_option(int descriptor, const char *option)
{
	const int on = 1;
	struct sock_filter all = { .code = BPF_RET | BPF_K, .k = UINT32_MAX };
	const struct sock_fprog own = { 1, &all };

	if ((!strcmp(option, "aggregates") && setsockopt(descriptor, IPPROTO_UDP, UDP_GRO, &on, sizeof on)) ||
	    (!strcmp(option, "filter") && setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &own, sizeof own)) ||
	    (!strcmp(option, "shared") && setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on)))
		die(option);
}

void open_named(const char *loader, const char *text)
{
	char *name = names[name_count];
	const char *end = strpbrk(text, ":@");
	const int dual = end && !strcmp(end, ":dual"), none = end && !strcmp(end, ":none");
	const int port = end && *end == '@' ? atoi(end + 1) : 0;

	snprintf(name, sizeof names[0], "%.*s", (int)(end ? end - text : (long)strlen(text)), text);
	for (int kind = 0; kind < KINDS && !none; kind++) {
		const int protocol = kind < 2 ? IPPROTO_TCP : IPPROTO_UDP, family = kind % 2 ? 6 : 4;

		if (dual && family == 4)
			continue;
		const int descriptor = open_socket(name_count, protocol, family, dual, port);

		if (end && *end == ':' && protocol == IPPROTO_UDP)
			set_option(descriptor, end + 1);
		if (!port)
			register_socket(loader, name, descriptor);
	}
	name_count++;
}
