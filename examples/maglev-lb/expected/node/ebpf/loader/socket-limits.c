/*
 * Limits of sockets. A registered socket of UDP for which the policy has one gets a filter of a few instructions, which goes on, by a
 * map of programs with one element, to the filter of the policy that runs. So what a socket has stays the same when policies
 * are replaced; and when the pin of that map is gone, the filter lets everything through.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

#define LIMITER "limiter"
/* Sockets with the filter that are known, closed ones among them. Beyond it, those that were registered first are forgotten. */
#define MOST_FILTERED 65536

static const uint32_t zero = 0;

/* Opens a map that stays over replaces, or makes it. */
static int kept_map(const struct policy *policy, const char *name, enum bpf_map_type type, uint32_t key_size,
		    uint32_t value_size, uint32_t entries)
{
	int map = open_pin(policy, name, "");

	if (map >= 0)
		return map;
	map = bpf_map_create(type, name, key_size, value_size, entries, NULL);
	if (map < 0)
		complain("there can be no map %s: %s", name, strerror(errno));
	else if (pin(policy, map, name, "") != DONE)
		close(map), map = -1;
	return map;
}

/* Key: 0. The filter of the policy that runs, if it has one. */
static int limiters_of(const struct policy *policy)
{
	return kept_map(policy, "limiters", BPF_MAP_TYPE_PROG_ARRAY, sizeof zero, sizeof zero, 1);
}

/* Key: the cookie of a socket that has the filter. */
static int filtered_of(const struct policy *policy)
{
	return kept_map(policy, "filtered", BPF_MAP_TYPE_LRU_HASH, sizeof(uint64_t), sizeof zero, MOST_FILTERED);
}

/* The filter that sockets get: on to the policy's; where it has none, all of the datagram. */
static int load_filter(int limiters)
{
	const struct bpf_insn instructions[] = {
		/* r2 = limiters: two instructions; r1 has the datagram */
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_2, .src_reg = BPF_PSEUDO_MAP_FD, .imm = limiters },
		{ .code = 0 },
		/* r3 = 0 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_tail_call },
		/* return -1 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const int filter = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "to_limiter", "Apache-2.0", instructions,
					 sizeof instructions / sizeof *instructions, NULL);

	if (filter < 0)
		complain("the filter of sockets cannot be loaded: %s", strerror(errno));
	return filter;
}

static bool is_limited(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->limited_count; i++)
		if (!strcmp(policy->limited[i], name))
			return true;
	return false;
}

static int option(int socket_, int level, int name)
{
	int value = 0;
	socklen_t size = sizeof value;

	return getsockopt(socket_, level, name, &value, &size) ? 0 : value;
}

/* What of the socket would make its limit something else than the policy says. */
static int check_socket(const char *name, int socket_, bool is_ours)
{
	socklen_t instructions = 0;
	const bool has_filter = getsockopt(socket_, SOL_SOCKET, SO_GET_FILTER, NULL, &instructions) || instructions > 0;

	if (has_filter && !is_ours)
		return complain("the socket has a filter of its own, and socket %s has a limit, which would take its place", name);
	if (option(socket_, IPPROTO_UDP, UDP_GRO))
		return complain("the socket takes several datagrams for one (UDP_GRO), and socket %s has a limit of datagrams", name);
	if (option(socket_, SOL_SOCKET, SO_REUSEPORT))
		fprintf(stderr, "sluice-load: the socket may share its port (SO_REUSEPORT): register all that do, each has its own filter\n");
	return DONE;
}

static int attach_filter(int socket_, int limiters, int filtered, uint64_t cookie)
{
	const int filter = load_filter(limiters);

	if (filter < 0)
		return FAILED;
	const int error = setsockopt(socket_, SOL_SOCKET, SO_ATTACH_BPF, &filter, sizeof filter) ? errno : 0;

	close(filter);
	if (error)
		return complain("the socket takes no filter: %s", strerror(error));
	return bpf_map_update_elem(filtered, &cookie, &zero, BPF_ANY) ?
		       complain("the socket's filter cannot be noted down: %s", strerror(errno)) : DONE;
}

int limit_socket(const struct policy *policy, const char *name, int socket_)
{
	uint64_t cookie = 0;
	uint32_t known;
	socklen_t size = sizeof cookie;

	if (!is_limited(policy, name) || option(socket_, SOL_SOCKET, SO_PROTOCOL) != IPPROTO_UDP)
		return DONE;
	const int limiters = limiters_of(policy), filtered = limiters < 0 ? -1 : filtered_of(policy);
	int result = filtered < 0 ? FAILED : DONE;

	if (result == DONE && getsockopt(socket_, SOL_SOCKET, SO_COOKIE, &cookie, &size))
		result = complain("the socket cannot be told from others: %s", strerror(errno));
	if (result == DONE) {
		const bool is_ours = !bpf_map_lookup_elem(filtered, &cookie, &known);

		result = check_socket(name, socket_, is_ours);
		if (result == DONE && !is_ours)
			result = attach_filter(socket_, limiters, filtered, cookie);
	}
	if (limiters >= 0)
		close(limiters);
	if (filtered >= 0)
		close(filtered);
	return result;
}

int check_limited(const struct policy *policy)
{
	const int sockets = policy->limited_count ? open_pin(policy, "sockets", "") : -1;
	int result = DONE;

	if (sockets < 0)
		return DONE;
	const int filtered = open_pin(policy, "filtered", "");

	for (uint32_t i = 0; i < policy->limited_count; i++)
		for (uint32_t family = 4; family <= 6; family += 2) {
			const struct socket_key key = key_of(policy->limited[i], IPPROTO_UDP, family);
			uint64_t cookie;
			uint32_t known;

			if (bpf_map_lookup_elem(sockets, &key, &cookie))
				continue;
			if (filtered < 0 || bpf_map_lookup_elem(filtered, &cookie, &known))
				result = complain("socket %s (UDP over IPv%u) has a limit now, and was registered without one: "
						  "register it with this loader, then replace",
						  policy->limited[i], family);
		}
	if (filtered >= 0)
		close(filtered);
	close(sockets);
	return result;
}

int running_limiter(const struct policy *policy)
{
	const int limiters = open_pin(policy, "limiters", "");
	uint32_t id;
	const int limiter = limiters >= 0 && !bpf_map_lookup_elem(limiters, &zero, &id) ? bpf_prog_get_fd_by_id(id) : -1;

	if (limiters >= 0)
		close(limiters);
	return limiter;
}

int put_limiter(const struct policy *policy, int limiter)
{
	const int limiters = limiter >= 0 ? limiters_of(policy) : open_pin(policy, "limiters", "");
	int result = limiter >= 0 && limiters < 0 ? FAILED : DONE;

	if (limiters < 0)
		return result;
	if (limiter < 0)
		bpf_map_delete_elem(limiters, &zero);
	else if (bpf_map_update_elem(limiters, &zero, &limiter, BPF_ANY))
		result = complain("the limits of sockets cannot be put in place: %s", strerror(errno));
	close(limiters);
	return result;
}

int limiter_of(const struct bpf_object *object)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(object, LIMITER);

	return program ? bpf_program__fd(program) : -1;
}
