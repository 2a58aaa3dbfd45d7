/* The program in the kernel, with its maps. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "loader.h"

/* The last lines of a text. */
static void print_tail(const char *text, int lines)
{
	const char *from = text + strlen(text);

	while (from > text && (from[-1] != '\n' || from[0] == '\0' || --lines > 0))
		from--;
	fputs(from, stderr);
}

/* Counters that go on counting are the same map. */
static void keep_counters(const struct policy *policy, struct bpf_object *object)
{
	struct about about;
	struct bpf_map *counters = bpf_object__find_map_by_name(object, "counters");
	const bool are_same = read_about(policy, &about) && about.counters == hash_of_counters(policy);
	const int map = counters && are_same ? open_pin(policy, "counters", "") : -1;

	if (map < 0)
		return;
	struct bpf_map_info info = {};
	uint32_t size = sizeof info;

	/* Those of an earlier version may count less. */
	if (bpf_obj_get_info_by_fd(map, &info, &size) || info.value_size != bpf_map__value_size(counters) ||
	    bpf_map__reuse_fd(counters, map))
		complain("the counters start anew: those that run cannot go on");
	close(map);
}

/* Sockets that are registered stay so. */
static int keep_sockets(const struct policy *policy, struct bpf_object *object)
{
	struct bpf_map *sockets = bpf_object__find_map_by_name(object, "sockets");
	const int map = sockets ? open_pin(policy, "sockets", "") : -1;

	if (map < 0)
		return DONE;
	const int error = bpf_map__reuse_fd(sockets, map);

	close(map);
	return error ? complain("the registered sockets cannot be kept: %s", strerror(-error)) : DONE;
}

/* What programs call in the kernel, and since when it is there. */
static const struct {
	enum bpf_func_id helper;
	const char *name, *since;
} needed[] = {
	{ BPF_FUNC_for_each_map_elem, "bpf_for_each_map_elem", "5.13" },
	{ BPF_FUNC_loop, "bpf_loop", "5.17" },
};

/* Says which of that the kernel does not have; false: it has all of it. */
static bool lacks_helper(const struct hook *hook)
{
	struct utsname system;
	bool lacks = false;

	uname(&system);
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (libbpf_probe_bpf_helper(hook->type, needed[i].helper, NULL) == 0) {
			complain("this kernel (%s) has no %s for programs at %s, which came with Linux %s", system.release,
				 needed[i].name, hook->where, needed[i].since);
			lacks = true;
		}
	return lacks;
}

struct bpf_object *load_program(const struct policy *policy, int *result)
{
	static char log[1 << 20];
	char path[5000];

	snprintf(path, sizeof path, "%s/%s.bpf.o", policy->folder, policy->hook->file);
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object) {
		*result = complain("%s: %s", path, strerror(errno));
		return NULL;
	}
	struct bpf_program *program;

	/* The one that is refused is the last that writes there. */
	log[0] = '\0';
	bpf_object__for_each_program(program, object)
		bpf_program__set_log_buf(program, log, sizeof log);
	keep_counters(policy, object);
	*result = keep_sockets(policy, object);
	if (*result == DONE && bpf_object__load(object)) {
		const int error = errno;

		*result = complain("the kernel does not load the program %s: %s", policy->hook->program, strerror(error));
		if (!lacks_helper(policy->hook) && log[0]) {
			*result = REFUSED;
			fprintf(stderr, "The last that its verifier says (%s.bpf.c has the lines):\n", policy->hook->file);
			print_tail(log, 24);
		}
	} else if (*result == DONE) {
		*result = fill_maps(policy, object);
	}
	if (*result == DONE)
		return object;
	bpf_object__close(object);
	return NULL;
}
