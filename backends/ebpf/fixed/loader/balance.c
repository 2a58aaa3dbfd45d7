/*
 * The backends of `balance`: which are up, what they weigh, and the Maglev tables that follow from that. All of it stands in
 * maps of the program, so a change is there for the next packet.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loader.h"

#define GREATEST_WEIGHT 65535

/* Maps in memory; all there or none. */
struct balance {
	struct service *services;
	uint32_t service_count;
	struct backend *backends;
	uint32_t backend_count;
	uint16_t *entries; /* of all Maglev tables */
	uint32_t entry_count;
};

/* A map in memory; NULL: it cannot be had. `elements` and `size` are how many, and how large all of them are. */
static void *map_memory(int map, uint32_t *elements, size_t *size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct bpf_map_info info = {};
	uint32_t length = sizeof info;

	if (map < 0 || bpf_obj_get_info_by_fd(map, &info, &length))
		return NULL;
	*elements = info.max_entries;
	*size = (size_t)((info.value_size + 7) / 8 * 8) * info.max_entries;
	void *memory = mmap(NULL, (*size + page - 1) / page * page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* They stay in memory until the loader ends. */
static int open_balance(int services, int backends, int maglev, struct balance *balance)
{
	uint32_t one;
	size_t size;

	balance->services = map_memory(services, &balance->service_count, &size);
	balance->backends = map_memory(backends, &balance->backend_count, &size);
	balance->entries = map_memory(maglev, &one, &size);
	balance->entry_count = (uint32_t)(size / sizeof *balance->entries);
	if (!balance->services || !balance->backends || !balance->entries)
		return complain("the maps of balance cannot be read: %s", strerror(errno));
	return DONE;
}

/* What runs; false: no balance does. */
static bool open_running(const struct policy *policy, struct balance *balance)
{
	const int services = open_pin(policy, "services", "");

	return services >= 0 && open_balance(services, open_pin(policy, "backends", ""), open_pin(policy, "maglev", ""),
					     balance) == DONE;
}

/* Makes the table of a pool, and changes the entries that are different. */
static int update_pool(const struct balance *balance, const struct pool *pool)
{
	if ((uint64_t)pool->first_entry + pool->entries > balance->entry_count ||
	    (uint64_t)pool->first_backend + pool->backends > balance->backend_count || pool->entries < 2)
		return complain("the maps of balance are of different builds");
	uint16_t *table = make_table(balance->backends, pool);

	if (!table)
		return complain("out of memory");
	for (uint32_t i = 0; i < pool->entries; i++) {
		volatile uint16_t *entry = &balance->entries[pool->first_entry + i];

		if (*entry != table[i])
			*entry = table[i];
	}
	free(table);
	return DONE;
}

static int update_tables(const struct balance *balance)
{
	int result = DONE;

	for (uint32_t i = 0; i < balance->service_count && result == DONE; i++) {
		const struct pool *pools = balance->services[i].pools;

		result = update_pool(balance, &pools[0]);
		if (result == DONE && pools[1].first_entry != pools[0].first_entry)
			result = update_pool(balance, &pools[1]);
	}
	return result;
}

static void write_address(const struct backend *backend, char text[INET6_ADDRSTRLEN])
{
	inet_ntop(backend->family == 4 ? AF_INET : AF_INET6, backend->address, text, INET6_ADDRSTRLEN);
}

/*
 * A socket that is connected to the backend; -1: no way leads there. It has sent an empty datagram (to port 9, where what comes
 * is discarded), so that the kernel finds out who the neighbour is before packets need to know.
 */
static int reach(const struct backend *backend)
{
	const bool ipv4 = backend->family == 4;
	struct sockaddr_in to_ipv4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 to_ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	const struct sockaddr *to = ipv4 ? (struct sockaddr *)&to_ipv4 : (struct sockaddr *)&to_ipv6;
	const int handle = socket(ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&to_ipv4.sin_addr, backend->address, sizeof to_ipv4.sin_addr);
	memcpy(&to_ipv6.sin6_addr, backend->address, sizeof to_ipv6.sin6_addr);
	if (handle >= 0 && connect(handle, to, ipv4 ? sizeof to_ipv4 : sizeof to_ipv6)) {
		close(handle);
		return -1;
	}
	if (handle >= 0)
		(void)send(handle, "", 0, MSG_DONTWAIT);
	return handle;
}

/* Where this host would send from, to the backend: what the kernel says of a socket that is connected to it. */
static int ask_for_source(struct backend *backend, int handle)
{
	struct sockaddr_in6 own = {};
	socklen_t length = sizeof own;
	char text[INET6_ADDRSTRLEN];

	if (handle < 0 || getsockname(handle, (struct sockaddr *)&own, &length)) {
		write_address(backend, text);
		return complain("no address of this host leads to the backend %s: %s (give it a route, or say `from` in "
				"the policy)",
				text, strerror(errno));
	}
	if (backend->family == 4)
		memcpy(backend->source, &((struct sockaddr_in *)&own)->sin_addr, sizeof(struct in_addr));
	else
		memcpy(backend->source, &own.sin6_addr, sizeof own.sin6_addr);
	return DONE;
}

/* Finds the way to the backends of a pool, and where headers to them are from, if there are any and the policy does not say. */
static int reach_all(const struct balance *balance, const struct service *service, const struct pool *pool)
{
	int result = DONE;

	for (uint32_t at = 0; result == DONE && at < pool->backends; at++) {
		struct backend *backend = &balance->backends[pool->first_backend + at];
		const int handle = reach(backend);

		if (!backend->has_source && service->forward != FORWARD_DIRECT)
			result = ask_for_source(backend, handle);
		if (handle >= 0)
			close(handle);
	}
	return result;
}

static int reach_backends(const struct balance *balance)
{
	int result = DONE;

	for (uint32_t i = 0; result == DONE && i < balance->service_count; i++) {
		const struct service *service = &balance->services[i];

		result = reach_all(balance, service, &service->pools[0]);
		if (result == DONE && service->pools[1].first_entry != service->pools[0].first_entry)
			result = reach_all(balance, service, &service->pools[1]);
	}
	return result;
}

/* What was down stays down in the next build. */
static void keep_health(const struct policy *policy, const struct balance *balance)
{
	struct balance former = {};

	if (!open_running(policy, &former))
		return;
	for (uint32_t i = 0; i < former.backend_count; i++)
		for (uint32_t own = 0; former.backends[i].is_down && own < balance->backend_count; own++)
			if (balance->backends[own].identity == former.backends[i].identity)
				balance->backends[own].is_down = 1;
}

/* By which number a remembered backend is known now. */
static int number_backends(const struct balance *balance, int numbers)
{
	for (uint32_t i = 0; numbers >= 0 && i < balance->backend_count; i++)
		if (bpf_map_update_elem(numbers, &balance->backends[i].identity, &i, BPF_ANY))
			return complain("the backends cannot be numbered: %s", strerror(errno));
	return DONE;
}

static bool has_family(const struct balance *balance, uint32_t family)
{
	for (uint32_t i = 0; i < balance->backend_count; i++)
		if (balance->backends[i].family == family)
			return true;
	return false;
}

int prepare_balance(const struct policy *policy, struct bpf_object *object)
{
	const int services = bpf_object__find_map_fd_by_name(object, "services");
	struct balance balance = {};

	if (services < 0)
		return DONE;
	if (open_balance(services, bpf_object__find_map_fd_by_name(object, "backends"),
			 bpf_object__find_map_fd_by_name(object, "maglev"), &balance) != DONE ||
	    fill_interfaces(policy, bpf_object__find_map_fd_by_name(object, "interfaces")) != DONE ||
	    reach_backends(&balance) != DONE ||
	    number_backends(&balance, bpf_object__find_map_fd_by_name(object, "backend_numbers")) != DONE)
		return FAILED;
	check_way(policy, has_family(&balance, 4), has_family(&balance, 6));
	keep_health(policy, &balance);
	return update_tables(&balance);
}

/* A number up to the greatest weight; -1: it is none. */
static long read_weight(const char *text)
{
	char *end;
	const long weight = strtol(text, &end, 10);

	return *text == '\0' || *end != '\0' || weight < 0 || weight > GREATEST_WEIGHT ? -1 : weight;
}

int change_backend(const struct policy *policy, char **arguments, int count)
{
	const char *change = count > 1 ? arguments[1] : "";
	const bool weighs = !strcmp(change, "weight") && count == 3;
	const long weight = weighs ? read_weight(arguments[2]) : 0;
	struct balance balance = {};
	uint8_t address[16] = { 0 };
	uint32_t family = 6, changed = 0;

	if (!weighs && (count != 2 || (strcmp(change, "up") != 0 && strcmp(change, "down") != 0)))
		return USAGE;
	if (weight < 0)
		return complain("%s is no weight: a whole number up to %d", arguments[2], GREATEST_WEIGHT);
	if (inet_pton(AF_INET, arguments[0], address) == 1)
		family = 4;
	else if (inet_pton(AF_INET6, arguments[0], address) != 1)
		return complain("%s is no address", arguments[0]);
	if (!open_running(policy, &balance))
		return complain("no balance of target %s is loaded", policy->target);
	for (uint32_t i = 0; i < balance.backend_count; i++) {
		struct backend *backend = &balance.backends[i];

		if (backend->family != family || memcmp(backend->address, address, sizeof address) != 0)
			continue;
		if (weighs)
			backend->weight = (uint32_t)weight;
		else
			backend->is_down = !strcmp(change, "down");
		if (!backend->is_down) {
			const int handle = reach(backend);

			if (handle >= 0)
				close(handle);
		}
		changed++;
	}
	if (!changed)
		return complain("no service of target %s has a backend %s", policy->target, arguments[0]);
	return update_tables(&balance);
}

static void print_pool(const struct balance *balance, const char *service, const struct pool *pool)
{
	for (uint32_t i = 0; i < pool->backends; i++) {
		const uint32_t number = pool->first_backend + i;
		const struct backend *backend = &balance->backends[number];
		char text[INET6_ADDRSTRLEN];
		uint32_t share = 0;

		for (uint32_t at = 0; at < pool->entries; at++)
			share += balance->entries[pool->first_entry + at] == number;
		write_address(backend, text);
		printf("%s %s: %s, weight %u, %u of %u entries\n", service, text, backend->is_down ? "down" : "up",
		       backend->weight, share, pool->entries);
	}
}

int print_backends(const struct policy *policy)
{
	struct balance balance = {};
	struct about about;

	if (!read_about(policy, &about) || !open_running(policy, &balance))
		return complain("no balance of target %s is loaded", policy->target);
	if (strcmp(about.build, policy->build) != 0)
		return complain("build %.12s runs, and not this one (%.12s)", about.build, policy->build);
	for (uint32_t i = 0; i < balance.service_count && i < policy->service_count; i++) {
		const struct pool *pools = balance.services[i].pools;

		print_pool(&balance, policy->services[i], &pools[0]);
		if (pools[1].first_entry != pools[0].first_entry)
			print_pool(&balance, policy->services[i], &pools[1]);
	}
	return DONE;
}
