/*
 * Runs a pinned XDP program on frames, by BPF_PROG_TEST_RUN, and writes what it says of each.
 *
 *   xdp-runner run PIN INTERFACE ...
 *   xdp-runner frames PIN INTERFACE ...  (the same, with what the frames are then)
 *   xdp-runner time PIN TIMES INTERFACE ... (the same, each so many times; writes what one took on average, in nanoseconds, a line each)
 *   xdp-runner race PIN THREADS TIMES
 *   xdp-runner send INTERFACE TIMES  (a frame as below out of an interface, so many times)
 *   xdp-runner size PIN              (instructions that the verifier went through)
 *   xdp-runner keep-tags INTERFACE   (as `ethtool -K INTERFACE rxvlan off` does)
 *   xdp-runner whole-frames INTERFACE (what leaves is whole: `ethtool -K INTERFACE tx off tso off gso off`)
 *   xdp-runner attach OBJECT INTERFACE (the only program of an object, in the driver)
 *
 * Reads from standard input, for each frame, two 32-bit numbers and its bytes: the interface that it comes in by, counted
 * from 0 as they stand in the arguments, and its length, at least 14. Writes a byte for each: the program's verdict, and
 * 0x80 besides where the frame is not what it was. `frames` writes for each the verdict and the length, as numbers of 32 bits,
 * and its bytes.
 *
 * `race` reads one frame like that, and runs it so many times in each of so many threads at once, each in one system call.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_INTERFACES 16
#define MOST_THREADS 16
#define MOST_BYTES 4096

static void die(const char *what)
{
	fprintf(stderr, "xdp-runner: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned char out[MOST_BYTES + 512];

/* Gives the verdict; the frame is then in `out`, so many bytes of it. */
static uint32_t run(int program, uint32_t interface, const unsigned char *frame, uint32_t length, uint32_t *left)
{
	struct xdp_md context = { .data_end = length, .ingress_ifindex = interface };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = length, .data_out = out,
		    .data_size_out = sizeof out, .ctx_in = &context, .ctx_size_in = sizeof context);

	if (bpf_prog_test_run_opts(program, &options))
		die("the program cannot be run");
	*left = options.data_size_out;
	return options.retval;
}

static int run_all(int program, const uint32_t *interfaces, uint32_t count, int whole)
{
	static unsigned char frame[MOST_BYTES];
	uint32_t head[2];

	while (fread(head, sizeof head, 1, stdin) == 1) {
		if (head[0] >= count || head[1] > MOST_BYTES || fread(frame, 1, head[1], stdin) != head[1]) {
			fputs("xdp-runner: a frame that is none\n", stderr);
			return 1;
		}
		uint32_t result[2];

		result[0] = run(program, interfaces[head[0]], frame, head[1], &result[1]);
		if (whole) {
			fwrite(result, sizeof result, 1, stdout);
			fwrite(out, 1, result[1], stdout);
		} else {
			const int changed = result[1] != head[1] || memcmp(out, frame, head[1]) != 0;

			putchar((int)result[0] | (changed ? 0x80 : 0));
		}
	}
	return fflush(stdout) ? 1 : 0;
}

static int time_all(int program, const uint32_t *interfaces, uint32_t count, unsigned long times)
{
	static unsigned char frame[MOST_BYTES];
	uint32_t head[2];

	while (fread(head, sizeof head, 1, stdin) == 1) {
		if (head[0] >= count || head[1] > MOST_BYTES || fread(frame, 1, head[1], stdin) != head[1])
			return 2;
		struct xdp_md context = { .data_end = head[1], .ingress_ifindex = interfaces[head[0]] };
		LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = head[1], .ctx_in = &context,
			    .ctx_size_in = sizeof context, .repeat = (int)times);

		if (bpf_prog_test_run_opts(program, &options))
			die("the program cannot be run");
		printf("%u\n", options.duration);
	}
	return fflush(stdout) ? 1 : 0;
}

struct racer {
	pthread_t thread;
	int program;
	unsigned long times;
	const unsigned char *frame;
	uint32_t length;
};

static void *race(void *own)
{
	struct racer *racer = own;

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = racer->frame, .data_size_in = racer->length,
		    .repeat = (int)racer->times);

	if (bpf_prog_test_run_opts(racer->program, &options))
		die("the program cannot be run");
	return NULL;
}

static int race_all(int program, unsigned long threads, unsigned long times)
{
	static unsigned char frame[MOST_BYTES];
	static struct racer racers[MOST_THREADS];
	uint32_t head[2];

	if (threads > MOST_THREADS || fread(head, sizeof head, 1, stdin) != 1 || head[1] > MOST_BYTES ||
	    fread(frame, 1, head[1], stdin) != head[1])
		return 2;
	for (unsigned long i = 0; i < threads; i++) {
		racers[i] = (struct racer){ .program = program, .times = times, .frame = frame, .length = head[1] };
		if (pthread_create(&racers[i].thread, NULL, race, &racers[i]))
			die("no thread");
	}
	for (unsigned long i = 0; i < threads; i++)
		pthread_join(racers[i].thread, NULL);
	return 0;
}

static int print_size(int program)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof info;

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		die("the program says nothing of itself");
	printf("%u\n", info.verified_insns);
	return 0;
}

static int send_all(const char *interface, unsigned long times)
{
	static unsigned char frame[MOST_BYTES];
	const struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface) };
	const int handle = socket(AF_PACKET, SOCK_RAW, 0);
	uint32_t head[2];

	if (fread(head, sizeof head, 1, stdin) != 1 || head[1] > MOST_BYTES || fread(frame, 1, head[1], stdin) != head[1])
		return 2;
	for (unsigned long i = 0; i < times; i++) {
		if (sendto(handle, frame, head[1], 0, (const struct sockaddr *)&to, sizeof to) != (ssize_t)head[1])
			die(interface);
		/* The other end's queue is short. */
		if (i % 32 == 31)
			usleep(200);
	}
	return 0;
}

static int keep_tags(const char *interface)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq request = { .ifr_data = (void *)&value };
	const int handle = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
	if (handle < 0 || ioctl(handle, SIOCETHTOOL, &request))
		die(interface);
	value.cmd = ETHTOOL_SFLAGS;
	value.data &= ~(uint32_t)ETH_FLAG_RXVLAN;
	if (ioctl(handle, SIOCETHTOOL, &request))
		die(interface);
	return 0;
}

/* Sets a feature of an interface that has a command of its own. */
static void turn_off(int handle, const char *interface, uint32_t command)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq request = { .ifr_data = (void *)&value };

	strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
	if (ioctl(handle, SIOCETHTOOL, &request))
		die(interface);
}

static int whole_frames(const char *interface)
{
	const int handle = socket(AF_INET, SOCK_DGRAM, 0);

	if (handle < 0)
		die(interface);
	turn_off(handle, interface, ETHTOOL_STSO);
	turn_off(handle, interface, ETHTOOL_SGSO);
	turn_off(handle, interface, ETHTOOL_STXCSUM);
	return 0;
}

static int attach(const char *path, const char *interface)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object || bpf_object__load(object))
		die(path);
	const int program = bpf_program__fd(bpf_object__next_program(object, NULL));

	if (bpf_xdp_attach((int)if_nametoindex(interface), program, XDP_FLAGS_DRV_MODE, NULL))
		die(interface);
	return 0;
}

int main(int count, char **arguments)
{
	uint32_t interfaces[MOST_INTERFACES] = { 0 };

	if (count == 3 && !strcmp(arguments[1], "keep-tags"))
		return keep_tags(arguments[2]);
	if (count == 3 && !strcmp(arguments[1], "whole-frames"))
		return whole_frames(arguments[2]);
	if (count == 4 && !strcmp(arguments[1], "attach"))
		return attach(arguments[2], arguments[3]);
	if (count == 4 && !strcmp(arguments[1], "send"))
		return send_all(arguments[2], strtoul(arguments[3], NULL, 10));
	if (count == 3 && !strcmp(arguments[1], "size")) {
		const int loaded = bpf_obj_get(arguments[2]);

		if (loaded < 0)
			die(arguments[2]);
		return print_size(loaded);
	}
	if (count == 5 && !strcmp(arguments[1], "race")) {
		const int raced = bpf_obj_get(arguments[2]);

		if (raced < 0)
			die(arguments[2]);
		return race_all(raced, strtoul(arguments[3], NULL, 10), strtoul(arguments[4], NULL, 10));
	}
	const int timed = count > 3 && !strcmp(arguments[1], "time");
	const int whole = count > 1 && !strcmp(arguments[1], "frames");
	const int first = timed ? 4 : 3;

	if (count <= first || count > MOST_INTERFACES + first || (!timed && !whole && strcmp(arguments[1], "run") != 0)) {
		fputs("usage: xdp-runner run|frames PIN INTERFACE ...\n       xdp-runner keep-tags INTERFACE\n", stderr);
		return 2;
	}
	const int program = bpf_obj_get(arguments[2]);

	if (program < 0)
		die(arguments[2]);
	for (int i = first; i < count; i++) {
		interfaces[i - first] = if_nametoindex(arguments[i]);
		if (!interfaces[i - first])
			die(arguments[i]);
	}
	const uint32_t given = (uint32_t)(count - first);

	return timed ? time_all(program, interfaces, given, strtoul(arguments[3], NULL, 10)) :
		       run_all(program, interfaces, given, whole);
}
