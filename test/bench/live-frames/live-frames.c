/*
 * What the network stack costs for a packet: frames are put in at an interface of the network namespace in which this
 * runs, by BPF_PROG_TEST_RUN with BPF_F_TEST_XDP_LIVE_FRAMES, and go through everything from there (connection
 * tracking, rules, routing, the way out) within the system call, on this thread's own processor time. That time over
 * the packets is steady where clocks on the wall are not.
 *
 *   live-frames OBJECT INTERFACE FRAMES BATCH { PACKETS pass|drop|judge } ...
 *
 * FRAMES is a file of `struct frame` (frame.h), used in their order and again from the first one when they are used up,
 * through all measurements in one go. BATCH frames are injected at a time, at most 256. Each further pair of arguments is
 * one measurement: so many packets, passed to the stack, dropped at once (the cost of the injection itself), or handed to the
 * program at XDP that runs on the interface already, and going on as that says.
 * Writes one line of JSON for each, times in nanoseconds.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"

struct replay {
	int program;
	int control; /* map */
	int policy;  /* map */
	int interface;
	uint32_t batch;
};

static int attached_interface;

static void detach(void)
{
	if (attached_interface)
		bpf_xdp_detach(attached_interface, XDP_FLAGS_DRV_MODE, NULL);
}

static void die(const char *what)
{
	fprintf(stderr, "live-frames: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void exit_on_signal(int signal)
{
	exit(128 + signal);
}

static const struct frame *map_file(const char *path, uint32_t *count)
{
	struct stat status;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0 || fstat(descriptor, &status))
		die(path);
	*count = (uint32_t)((size_t)status.st_size / sizeof(struct frame));
	const void *frames = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	if (*count == 0 || frames == MAP_FAILED)
		die(path);
	close(descriptor);
	return frames;
}

static void fill(int map, const struct frame *frames, uint32_t count)
{
	for (uint32_t index = 0; index < count; index++) {
		if (frames[index].length < 14 || frames[index].length > FRAME_BYTES) {
			fprintf(stderr, "live-frames: frame %u has %u bytes; 14 to %d are possible\n", index,
				frames[index].length, FRAME_BYTES);
			exit(1);
		}
		if (bpf_map_update_elem(map, &index, &frames[index], BPF_ANY))
			die("cannot fill the map of frames");
	}
}

static struct replay load(const char *object_path, const struct frame *frames, uint32_t count)
{
	struct bpf_object *object = bpf_object__open_file(object_path, NULL);
	if (!object)
		die(object_path);
	struct bpf_map *map = bpf_object__find_map_by_name(object, "frames");
	if (!map || bpf_map__set_max_entries(map, count) || bpf_object__load(object))
		die("cannot load the XDP program");
	fill(bpf_map__fd(map), frames, count);
	struct replay replay = {
		.program = bpf_program__fd(bpf_object__find_program_by_name(object, "replay")),
		.control = bpf_object__find_map_fd_by_name(object, "control"),
		.policy = bpf_object__find_map_fd_by_name(object, "policy"),
	};
	const struct control start = { .frame_count = count };
	const uint32_t zero = 0;
	if (bpf_map_update_elem(replay.control, &zero, &start, BPF_ANY))
		die("cannot set the program up");
	return replay;
}

/* Frames may be handed to the program that runs there. */
static void go_on_to(const struct replay *replay, uint32_t running)
{
	const int program = bpf_prog_get_fd_by_id(running);
	const uint32_t zero = 0;
	if (program < 0 || bpf_map_update_elem(replay->policy, &zero, &program, BPF_ANY))
		die("the program on the interface cannot be called");
	close(program);
}

/* A test run needs a device that is ready for XDP, and a veth device is so while a program is attached to it. */
static void attach(struct replay *replay, const char *name)
{
	uint32_t running = 0;
	replay->interface = (int)if_nametoindex(name);
	if (!replay->interface || bpf_xdp_query_id(replay->interface, 0, &running))
		die(name);
	if (running) {
		go_on_to(replay, running);
		return;
	}
	attached_interface = replay->interface;
	atexit(detach);
	signal(SIGINT, exit_on_signal);
	signal(SIGTERM, exit_on_signal);
	if (bpf_xdp_attach(replay->interface, replay->program, XDP_FLAGS_DRV_MODE, NULL))
		die("cannot attach the XDP program");
}

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void set_action(const struct replay *replay, uint32_t action)
{
	const uint32_t zero = 0;
	struct control state;
	if (bpf_map_lookup_elem(replay->control, &zero, &state))
		die("cannot read the program's state");
	state.action = action;
	if (bpf_map_update_elem(replay->control, &zero, &state, BPF_ANY))
		die("cannot set the program's action");
}

static uint32_t action_of(const char *name)
{
	return !strcmp(name, "pass") ? XDP_PASS : !strcmp(name, "judge") ? JUDGE : XDP_DROP;
}

static void measure(const struct replay *replay, uint32_t packets, const char *action)
{
	static unsigned char room[FRAME_BYTES];
	struct xdp_md context = { .data_end = FRAME_BYTES, .ingress_ifindex = (uint32_t)replay->interface };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = room, .data_size_in = sizeof room, .ctx_in = &context,
		    .ctx_size_in = sizeof context, .repeat = (int)packets, .batch_size = replay->batch,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
	set_action(replay, action_of(action));
	const uint64_t processor = nanoseconds(CLOCK_THREAD_CPUTIME_ID), wall = nanoseconds(CLOCK_MONOTONIC);
	if (bpf_prog_test_run_opts(replay->program, &options))
		die("cannot inject frames");
	const double time = (double)(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - processor);
	const double elapsed = (double)(nanoseconds(CLOCK_MONOTONIC) - wall);
	printf("{\"action\":\"%s\",\"packets\":%u,\"processor\":%.1f,\"wall\":%.1f}\n", action, packets,
	       time / packets, elapsed / packets);
	fflush(stdout);
}

/*
 * Nothing of the packets' way shall wait for another processor, and other processes shall not come between packets: what they
 * leave in the caches would be measured with them.
 */
static void take_one_processor(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof set, &set))
		die("cannot stay on one processor");
	const struct sched_param first = { .sched_priority = 1 };
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("cannot go before other processes");
}

int main(int count, char **arguments)
{
	if (count < 7 || count % 2 == 0) {
		fprintf(stderr, "usage: live-frames OBJECT INTERFACE FRAMES BATCH { PACKETS pass|drop } ...\n");
		return 2;
	}
	uint32_t frame_count;
	const struct frame *frames = map_file(arguments[3], &frame_count);
	take_one_processor();
	struct replay replay = load(arguments[1], frames, frame_count);
	replay.batch = (uint32_t)strtoul(arguments[4], NULL, 10);
	attach(&replay, arguments[2]);
	for (int i = 5; i < count; i += 2)
		measure(&replay, (uint32_t)strtoul(arguments[i], NULL, 10), arguments[i + 1]);
	return 0;
}
