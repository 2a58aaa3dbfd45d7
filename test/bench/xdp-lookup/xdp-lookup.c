/*
 * Measures lookup.bpf.c.
 *
 *   xdp-lookup OBJECT MAPS PREFIXES SOURCES ROUNDS
 *
 * MAPS is the folder of the tables' contents; PREFIXES a file of `struct lpm_key`, SOURCES one of 64-bit numbers. Writes a line
 * of JSON: how long it took to fill both, in milliseconds, and for each round what a lookup cost, in nanoseconds, and in how
 * many of the round's lookups something was found; all of a round look up the same sources.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TIMES 200000

struct lpm_key {
	uint32_t length;
	uint32_t address;
};

struct result {
	uint64_t nanoseconds;
	uint32_t found;
	uint32_t next;
};

static void die(const char *what)
{
	fprintf(stderr, "xdp-lookup: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void *read_file(const char *path, size_t *size)
{
	struct stat status;
	const int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 || fstat(file, &status))
		die(path);
	*size = (size_t)status.st_size;
	void *bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	if (bytes == MAP_FAILED)
		die(path);
	close(file);
	return bytes;
}

static void fill_from(const char *path, int map)
{
	size_t size;
	const void *bytes = read_file(path, &size);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (memory == MAP_FAILED)
		die(path);
	memcpy(memory, bytes, size);
	munmap(memory, size);
}

static void fill_tables(struct bpf_object *object, const char *folder)
{
	struct bpf_map *map;
	char path[4096];

	bpf_object__for_each_map(map, object)
	{
		snprintf(path, sizeof path, "%s/%s.bin", folder, bpf_map__name(map));
		if (!access(path, R_OK))
			fill_from(path, bpf_map__fd(map));
	}
}

static void fill_trie(int map, const char *path)
{
	size_t size;
	const struct lpm_key *keys = read_file(path, &size);
	const uint32_t value = 1;

	for (size_t at = 0; at < size / sizeof *keys; at++)
		if (bpf_map_update_elem(map, &keys[at], &value, BPF_ANY))
			die("the trie cannot be filled");
}

static struct result measure(struct bpf_object *object, const char *name, uint32_t first)
{
	unsigned char frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof frame);
	const int program = bpf_program__fd(bpf_object__find_program_by_name(object, name));
	const uint32_t zero = 0;
	const int results = bpf_object__find_map_fd_by_name(object, "results");
	struct result result = { .next = first };

	if (bpf_map_update_elem(results, &zero, &result, BPF_ANY) || bpf_prog_test_run_opts(program, &options) ||
	    bpf_map_lookup_elem(results, &zero, &result))
		die(name);
	return result;
}

int main(int count, char **arguments)
{
	static const char *const names[] = { "look_nowhere", "look_in_table", "look_in_trie" };

	if (count != 6)
		return 2;
	struct bpf_object *object = bpf_object__open_file(arguments[1], NULL);

	if (!object || bpf_object__load(object))
		die(arguments[1]);
	fill_from(arguments[4], bpf_object__find_map_fd_by_name(object, "sources"));
	const double start = milliseconds();

	fill_tables(object, arguments[2]);
	const double table = milliseconds();

	fill_trie(bpf_object__find_map_fd_by_name(object, "trie"), arguments[3]);
	printf("{\"table\":%.1f,\"trie\":%.1f,\"rounds\":[", table - start, milliseconds() - table);
	for (int round = 0; round < atoi(arguments[5]); round++) {
		printf("%s{", round ? "," : "");
		for (int i = 0; i < 3; i++) {
			const struct result result = measure(object, names[i], (uint32_t)round * TIMES);

			printf("%s\"%s\":%.1f,\"%s_found\":%u", i ? "," : "", names[i],
			       (double)result.nanoseconds / TIMES, names[i], result.found);
		}
		printf("}");
	}
	printf("]}\n");
	return 0;
}
