/* Sockets by the names that the policy gives them: who listens registers here, and then gets what is dispatched. */
#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader.h"

static const struct {
	uint32_t protocol, family;
	const char *name;
} kinds[] = {
	{ IPPROTO_TCP, 4, "TCP over IPv4" },
	{ IPPROTO_TCP, 6, "TCP over IPv6" },
	{ IPPROTO_UDP, 4, "UDP over IPv4" },
	{ IPPROTO_UDP, 6, "UDP over IPv6" },
};

struct socket_key key_of(const char *name, uint32_t protocol, uint32_t family)
{
	struct socket_key key = { .protocol = protocol, .family = family };

	snprintf(key.name, sizeof key.name, "%s", name);
	return key;
}

/* Another process's descriptor as one of our own; -1: `complain` has said why not. */
static int descriptor_of(int process, int descriptor)
{
	const int handle = (int)syscall(SYS_pidfd_open, process, 0);

	if (handle < 0) {
		complain("there is no process %d: %s", process, strerror(errno));
		return -1;
	}
	const int own = (int)syscall(SYS_pidfd_getfd, handle, descriptor, 0);

	if (own < 0)
		complain("descriptor %d of process %d cannot be had: %s", descriptor, process, strerror(errno));
	close(handle);
	return own;
}

static int option_of(int socket_, int option)
{
	int value = -1;
	socklen_t size = sizeof value;

	return getsockopt(socket_, SOL_SOCKET, option, &value, &size) ? -1 : value;
}

/* Whether both are in one network namespace, where kernels can tell (Linux 5.14). */
static bool is_in_own_namespace(int socket_)
{
	uint64_t there = 0, here = 0;
	socklen_t size = sizeof there;
	const int own = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	const bool is_known = own >= 0 && !getsockopt(socket_, SOL_SOCKET, SO_NETNS_COOKIE, &there, &size) &&
			      !getsockopt(own, SOL_SOCKET, SO_NETNS_COOKIE, &here, &size);

	if (own >= 0)
		close(own);
	return !is_known || there == here;
}

static int put_socket(const struct policy *policy, int map, const char *name, int socket_)
{
	const int domain = option_of(socket_, SO_DOMAIN), protocol = option_of(socket_, SO_PROTOCOL);
	const uint64_t value = (uint64_t)socket_;

	if ((domain != AF_INET && domain != AF_INET6) || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return complain("this is no socket of TCP or UDP");
	if (!is_in_own_namespace(socket_))
		return complain("the socket is in another network namespace: register it from there (nsenter --net=)");
	if (protocol == IPPROTO_TCP && option_of(socket_, SO_ACCEPTCONN) != 1)
		return complain("the socket does not listen");
	const struct socket_key key = key_of(name, (uint32_t)protocol, domain == AF_INET ? 4 : 6);

	if (limit_socket(policy, name, socket_) != DONE)
		return FAILED;
	if (!bpf_map_update_elem(map, &key, &value, BPF_ANY))
		return DONE;
	return complain("the socket cannot be registered: %s%s", strerror(errno),
			protocol == IPPROTO_UDP ? " (a socket of UDP must be bound to a port)" : "");
}

static bool is_known(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->socket_count; i++)
		if (!strcmp(policy->sockets[i], name))
			return true;
	complain("the policy has no socket %s; it has", name);
	for (uint32_t i = 0; i < policy->socket_count; i++)
		fprintf(stderr, "  %s\n", policy->sockets[i]);
	return false;
}

int register_socket(const struct policy *policy, const char *name, int process, int descriptor)
{
	if (!policy->is_there)
		return complain("the policy dispatches nothing by sk_lookup");
	if (!is_known(policy, name))
		return FAILED;
	const int map = open_pin(policy, "sockets", "");

	if (map < 0)
		return complain("target %s is not loaded", policy->target);
	const int own = descriptor_of(process, descriptor);
	const int result = own < 0 ? FAILED : put_socket(policy, map, name, own);

	if (own >= 0)
		close(own);
	close(map);
	return result;
}

static void print_socket(const struct policy *policy, int map, const char *name, bool prometheus)
{
	const char *separator = "";
	int registered = 0;

	if (!prometheus)
		printf("socket %s: ", name);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct socket_key key = key_of(name, kinds[i].protocol, kinds[i].family);
		uint64_t cookie;

		if (bpf_map_lookup_elem(map, &key, &cookie))
			continue;
		registered++;
		if (!prometheus)
			printf("%s%s", separator, kinds[i].name);
		separator = ", ";
	}
	if (!prometheus) {
		puts(registered ? "" : "nobody has registered");
		return;
	}
	fputs("sluice_sockets_registered{target=", stdout);
	print_quoted(policy->target);
	fputs(",socket=", stdout);
	print_quoted(name);
	printf("} %d\n", registered);
}

int print_sockets(const struct policy *policy, bool prometheus)
{
	const int map = open_pin(policy, "sockets", "");

	if (map < 0)
		return DONE;
	if (prometheus)
		puts("# TYPE sluice_sockets_registered gauge");
	for (uint32_t i = 0; i < policy->socket_count; i++)
		print_socket(policy, map, policy->sockets[i], prometheus);
	close(map);
	return DONE;
}
