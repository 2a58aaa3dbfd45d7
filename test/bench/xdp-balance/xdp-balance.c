/*
 * Measures balance.bpf.c with the maps of a program that is loaded; and katran.bpf.c, in turns, with the same table.
 *
 *   xdp-balance OBJECT PINS INTERFACE SOURCES ROUNDS [KATRAN KATRAN-ALONE] < FRAME
 *
 * PINS: the folder with the pins of the loaded program. Writes a line of JSON: for each round what a packet cost in each of the
 * programs, in nanoseconds; and how many instructions the verifier went through for the loaded program.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../../backends/ebpf/fixed/program/services.h"

#define TIMES 100000
#define SOURCES (1 << 20)
#define MOST_MAPS 64

struct result {
	uint64_t nanoseconds;
	uint32_t next;
	uint32_t sent;
};

static void die(const char *what)
{
	fprintf(stderr, "xdp-balance: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Maps of the loaded program stand in the place of those of their names. */
static uint32_t share_maps(struct bpf_object *object, int program)
{
	uint32_t ids[MOST_MAPS], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = MOST_MAPS, .map_ids = (uint64_t)(uintptr_t)ids };

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		die("the program says nothing of itself");
	for (uint32_t i = 0; i < info.nr_map_ids; i++) {
		const int map = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info about = {};

		size = sizeof about;
		if (map < 0 || bpf_obj_get_info_by_fd(map, &about, &size))
			die("a map says nothing of itself");
		struct bpf_map *own = bpf_object__find_map_by_name(object, about.name);

		if (own && bpf_map__reuse_fd(own, map))
			die(about.name);
	}
	return info.verified_insns;
}

static void fill_sources(int map, const char *path)
{
	FILE *file = fopen(path, "r");
	void *memory = mmap(NULL, SOURCES * 8, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (!file || memory == MAP_FAILED || fread(memory, 8, SOURCES, file) != SOURCES)
		die(path);
	fclose(file);
}

/* What is measured: the programs of an object, one after another. */
static const char *const names[] = { "measure_drawn", "measure_moved", "measure_sent" };
#define MEASURED (sizeof names / sizeof *names)

static struct result measure(struct bpf_object *object, const char *name, uint32_t interface, const void *frame,
			     uint32_t length, uint32_t first)
{
	struct xdp_md context = { .data_end = length, .ingress_ifindex = interface };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = length, .ctx_in = &context,
		    .ctx_size_in = sizeof context);
	const int program = bpf_program__fd(bpf_object__find_program_by_name(object, name));
	const int results = bpf_object__find_map_fd_by_name(object, "results");
	struct result result = { .next = first };
	const uint32_t zero = 0;

	if (bpf_map_update_elem(results, &zero, &result, BPF_ANY) || bpf_prog_test_run_opts(program, &options) ||
	    bpf_map_lookup_elem(results, &zero, &result))
		die(name);
	if (result.next - first != TIMES) {
		fprintf(stderr, "xdp-balance: %s stopped after %u packets\n", name, result.next - first);
		exit(1);
	}
	return result;
}

static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object)
		die(path);
	return object;
}

static void load(struct bpf_object *object, const char *path, const char *sources)
{
	if (bpf_object__load(object))
		die(path);
	fill_sources(bpf_object__find_map_fd_by_name(object, "sources"), sources);
}

/* A map of the loaded program, in memory. */
static const void *pinned(const char *pins, const char *name, size_t size)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", pins, name);
	const void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, bpf_obj_get(path), 0);

	if (memory == MAP_FAILED)
		die(path);
	return memory;
}

static void put(struct bpf_object *katran, const char *map, const void *key, const void *value)
{
	if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(katran, map), key, value, BPF_ANY))
		die(map);
}

/* The maps of Katran, with its own structs: the one service, its backends and its table are those of the loaded program. */
static void fill_katran(struct bpf_object *katran, const char *pins)
{
	enum { BACKENDS = 1000, ENTRIES = 65537, WITHOUT_MEMORY = 1 << 1 };
	const struct backend *backends = pinned(pins, "backends", BACKENDS * sizeof *backends);
	const uint16_t *table = pinned(pins, "maglev", ENTRIES * sizeof *table);
	const struct {
		uint32_t address[4];
		uint16_t port;
		uint8_t protocol;
	} vip = { .address = { htonl(0xc000020a) }, .port = htons(443), .protocol = IPPROTO_TCP };
	const struct {
		uint32_t flags, number;
	} meta = { WITHOUT_MEMORY, 0 };
	const uint8_t router[8] = { 2, 0, 0, 0, 0x80, 0xfe };
	const uint32_t zero = 0;

	put(katran, "vip_map", &vip, &meta);
	put(katran, "ctl_array", &zero, router);
	for (uint32_t i = 0; i < BACKENDS; i++) {
		const uint32_t number = i + 1; /* 0 is none */
		struct {
			uint32_t address[4];
			uint8_t flags;
		} real = {};

		memcpy(real.address, backends[i].address, 4);
		put(katran, "reals", &number, &real);
	}
	for (uint32_t i = 0; i < ENTRIES; i++) {
		const uint32_t number = table[i] + 1;

		put(katran, "ch_rings", &i, &number);
	}
}

static uint32_t verified_of(const char *path)
{
	struct bpf_object *object = open_object(path);
	struct bpf_prog_info info = {};
	uint32_t size = sizeof info;

	if (bpf_object__load(object) ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(bpf_object__next_program(object, NULL)), &info, &size))
		die(path);
	bpf_object__close(object);
	return info.verified_insns;
}

int main(int count, char **arguments)
{
	static unsigned char frame[2048];
	char path[4096];

	if (count != 6 && count != 8)
		return 2;
	snprintf(path, sizeof path, "%s/program", arguments[2]);
	const uint32_t length = (uint32_t)fread(frame, 1, sizeof frame, stdin);
	const uint32_t interface = if_nametoindex(arguments[3]);
	const int loaded = bpf_obj_get(path);
	struct bpf_object *objects[] = { open_object(arguments[1]), count == 8 ? open_object(arguments[6]) : NULL };
	static const char *const keys[] = { "own", "katran" };

	if (!interface || loaded < 0)
		die(path);
	const uint32_t verified = share_maps(objects[0], loaded);
	struct bpf_program *program;

	bpf_object__for_each_program(program, objects[0])
		bpf_program__set_autoload(program, !strncmp(bpf_program__name(program), "measure_", 8));
	load(objects[0], arguments[1], arguments[4]);
	printf("{\"verified\":%u,", verified);
	if (objects[1]) {
		load(objects[1], arguments[6], arguments[4]);
		fill_katran(objects[1], arguments[2]);
		printf("\"verifiedOfKatran\":%u,", verified_of(arguments[7]));
	}
	printf("\"rounds\":[");
	for (int round = 0; round < atoi(arguments[5]); round++) {
		printf("%s{", round ? "," : "");
		for (int at = 0; at < 2 && objects[at]; at++) {
			printf("%s\"%s\":{", at ? "," : "", keys[at]);
			for (size_t i = 0; i < MEASURED; i++) {
				const struct result result = measure(objects[at], names[i], interface, frame, length,
								     (uint32_t)round * TIMES);

				printf("%s\"%s\":%.1f", i ? "," : "", names[i], (double)result.nanoseconds / TIMES);
			}
			printf("}");
		}
		printf("}");
	}
	printf("]}\n");
	return 0;
}
