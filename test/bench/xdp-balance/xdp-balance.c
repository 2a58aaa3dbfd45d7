/*
 * Measures balance.bpf.c with the maps of a program that is loaded.
 *
 *   xdp-balance OBJECT PIN INTERFACE SOURCES ROUNDS < FRAME
 *
 * Writes a line of JSON: for each round what a packet cost in each of its programs, in nanoseconds; and how many instructions
 * the verifier went through for the loaded program.
 */
#define _GNU_SOURCE
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

int main(int count, char **arguments)
{
	static const char *const names[] = { "measure_drawn", "measure_moved", "measure_balanced" };
	static unsigned char frame[2048];

	if (count != 6)
		return 2;
	const uint32_t length = (uint32_t)fread(frame, 1, sizeof frame, stdin);
	const uint32_t interface = if_nametoindex(arguments[3]);
	const int loaded = bpf_obj_get(arguments[2]);
	struct bpf_object *object = bpf_object__open_file(arguments[1], NULL);

	if (!interface || loaded < 0 || !object)
		die(arguments[1]);
	const uint32_t verified = share_maps(object, loaded);
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strncmp(bpf_program__name(program), "measure_", 8));
	if (bpf_object__load(object))
		die(arguments[1]);
	fill_sources(bpf_object__find_map_fd_by_name(object, "sources"), arguments[4]);
	printf("{\"verified\":%u,\"rounds\":[", verified);
	for (int round = 0; round < atoi(arguments[5]); round++) {
		printf("%s{", round ? "," : "");
		for (int i = 0; i < 3; i++) {
			const struct result result =
				measure(object, names[i], interface, frame, length, (uint32_t)round * TIMES);

			printf("%s\"%s\":%.1f", i ? "," : "", names[i], (double)result.nanoseconds / TIMES);
		}
		printf("}");
	}
	printf("]}\n");
	return 0;
}
