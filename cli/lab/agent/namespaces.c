/*
 * The namespaces: `router`, whose kernel is under test, and `outside`, which holds the far ends of its interfaces.
 *
 * Neither has a name. The router namespace lives as long as this process, the outside one as long as its child, which
 * the kernel kills with this process: whatever ends the agent, nothing is left behind that would have to be swept.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_namespace(pid_t process)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)process);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A child that does nothing but keep a namespace of its own. */
static pid_t start_holder(void)
{
	int ready[2];
	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		/* Standard streams belong to the agent: a caller that waits for their end must not wait for this child. */
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		for (;;)
			pause();
	}
	char byte;
	close(ready[1]);
	ssize_t got = child > 0 ? read(ready[0], &byte, 1) : -1;
	close(ready[0]);
	return got == 1 ? child : -1;
}

int create_namespaces(struct lab *lab)
{
	lab->outside_process = start_holder();
	if (lab->outside_process < 0)
		return fail("cannot make the outside network namespace: %s", strerror(errno));
	lab->outside_namespace = open_namespace(lab->outside_process);
	if (unshare(CLONE_NEWNET))
		return fail("cannot make the router's network namespace: %s", strerror(errno));
	lab->router_namespace = open_namespace(getpid());
	if (lab->outside_namespace < 0 || lab->router_namespace < 0)
		return fail("cannot open the network namespaces: %s", strerror(errno));
	return 0;
}

int enter(int namespace_descriptor)
{
	if (setns(namespace_descriptor, CLONE_NEWNET))
		return fail("cannot enter a network namespace: %s", strerror(errno));
	return 0;
}

/*
 * The harness's own table. What reaches the end of the input hook is logged and dropped, so that no local stack answers.
 *
 * - Priority INT_MAX, registered once and before any rule needs connection tracking: of two hooks with one priority the
 *   later registration runs first, so conntrack's confirmation (INT_MAX as well) always comes before this drop and the
 *   flow of a delivered packet is remembered.
 * - `flags owner`: the table belongs to the nft process that made it. `flush ruleset` passes it by, nothing else can
 *   change it, and it goes when that process goes; hence an interactive nft that is kept until the agent ends.
 * - What the interfaces say of their own accord and when they like (isKernelChatter) is dropped before any rule counts it.
 */
static const char *const harness_table =
	"add table inet sluice_harness { flags owner; }; "
	"add chain inet sluice_harness input { type filter hook input priority 2147483647; policy drop; }; "
	"add rule inet sluice_harness input log group %d; "
	"add chain inet sluice_harness output { type filter hook output priority -1000; }; "
	"add rule inet sluice_harness output ip6 daddr ff02::/16 icmpv6 type { 131, 132, 133, 135, 143 } drop; "
	"add rule inet sluice_harness output ip daddr 224.0.0.22 ip protocol igmp drop\n"
	"list tables\n";

static void run_interactive_nft(int input, int output)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	unsetenv("TERM");
	execlp("nft", "nft", "-i", (char *)NULL);
	dprintf(STDERR_FILENO, "cannot run nft: %s", strerror(errno));
	_exit(127);
}

int start_harness_table(struct lab *lab)
{
	int input[2], output[2];
	if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
		return fail("cannot make a pipe: %s", strerror(errno));
	lab->table_process = fork();
	if (lab->table_process < 0)
		return fail("cannot fork: %s", strerror(errno));
	if (lab->table_process == 0)
		run_interactive_nft(input[0], output[1]);
	close(input[0]);
	close(output[1]);
	/* input[1] stays open, unused, until this process ends: nft reads its end of file and goes. */
	if (dprintf(input[1], harness_table, DELIVERY_GROUP) < 0)
		return fail("cannot write to nft: %s", strerror(errno));

	char answer[4096];
	size_t length = 0;
	while (length < sizeof answer - 1) {
		ssize_t got = read(output[0], answer + length, sizeof answer - 1 - length);
		if (got <= 0)
			break;
		length += (size_t)got;
		answer[length] = 0;
		if (strstr(answer, "\ntable inet sluice_harness\n") || strncmp(answer, "table inet sluice_harness\n", 26) == 0)
			return 0;
	}
	answer[length] = 0;
	return fail("nft did not accept the harness table: %s", answer);
}

/* They would end with this process anyway; so they also leave no entry in the process table for anybody to clear. */
void end_children(struct lab *lab)
{
	if (lab->outside_process > 0)
		kill(lab->outside_process, SIGKILL);
	if (lab->table_process > 0)
		kill(lab->table_process, SIGKILL);
	while (wait(NULL) > 0)
		;
}

static int set_offload(int descriptor, const char *name, uint32_t command)
{
	struct ethtool_value value = { .cmd = command, .data = 0 };
	struct ifreq request = { .ifr_data = (char *)&value };
	memcpy(request.ifr_name, name, IFNAMSIZ);
	if (ioctl(descriptor, SIOCETHTOOL, &request) && errno != EOPNOTSUPP)
		return fail("cannot switch an offload of %.15s off: %s", name, strerror(errno));
	return 0;
}

/* Without offloads a captured packet is complete: real checksums, no aggregates. */
static int switch_offloads_off(const char *name)
{
	static const uint32_t commands[] = { ETHTOOL_SGRO, ETHTOOL_SGSO, ETHTOOL_STSO, ETHTOOL_STXCSUM };
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = descriptor < 0 ? fail("cannot open a socket: %s", strerror(errno)) : 0;
	for (size_t i = 0; result == 0 && i < sizeof commands / sizeof *commands; i++)
		result = set_offload(descriptor, name, commands[i]);
	close(descriptor);
	return result;
}

/* `names` is one field of IFNAMSIZ bytes for each interface, the same name at both ends. */
int adopt_interfaces(struct lab *lab, const uint8_t *names, size_t length)
{
	unsigned count = (unsigned)(length / IFNAMSIZ);
	if (count > MAX_INTERFACES)
		return fail("at most %d interfaces", MAX_INTERFACES);
	for (unsigned i = 0; i < count; i++) {
		struct interface *interface = &lab->interfaces[i];
		memcpy(interface->name, names + i * IFNAMSIZ, IFNAMSIZ);
		interface->name[IFNAMSIZ - 1] = 0;
		interface->router_index = (int)if_nametoindex(interface->name);
		if (!interface->router_index)
			return fail("the router has no interface %s", interface->name);
		if (switch_offloads_off(interface->name) || enter(lab->outside_namespace))
			return -1;
		interface->peer_index = (int)if_nametoindex(interface->name);
		int switched = switch_offloads_off(interface->name);
		if (enter(lab->router_namespace) || switched)
			return -1;
	}
	lab->interface_count = count;
	return 0;
}
