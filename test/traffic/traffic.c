/*
 * Traffic through shapers: sends flows as fast as asked for, or as fast as TCP goes, and counts what arrives of each.
 *
 *   traffic receive MILLISECONDS PORT...
 *   traffic send ADDRESS MILLISECONDS udp:PORT:BITS | tcp:PORT ...
 *   traffic scatter ADDRESS COUNT STEP PACKETS [PRIORITIES]
 *   traffic replay FILE
 *
 * Flows are told apart by their port, which UDP and TCP share. What arrives in the first quarter of the time, while TCP still
 * looks for its rate, does not count. `receive` says `ready`, and in the end for each port: PORT BYTES DATAGRAMS NANOSECONDS, where BYTES are of
 * payload and NANOSECONDS how long it counted. `scatter` sends small datagrams to random ones of COUNT addresses, STEP from one to
 * the next, and says how many nanoseconds of processor time each has cost; with a file of hexadecimal numbers, one for each
 * address, they have these as their priorities from the beginning (Linux 6.14 and newer). `replay` sends the frames of a file,
 * each a line of an interface and the bytes in hexadecimal.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_FLOWS = 256, PAYLOAD = 1400, CHUNK = 1 << 16, HEADERS = 42 };

struct flow {
	int port;
	int socket;
	int listening;    /* for TCP, before it is connected */
	double period;    /* nanoseconds between two datagrams; 0: TCP */
	double due;
	uint64_t bytes;
	uint64_t datagrams;
};

static struct flow flows[MOST_FLOWS];
static int count;
static char buffer[CHUNK];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static int open_socket(int type)
{
	int on = 1;
	int made = socket(AF_INET, type | SOCK_NONBLOCK, 0);
	if (made < 0)
		fail("socket");
	setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return made;
}

static struct sockaddr_in address_of(in_addr_t host, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = host, .sin_port = htons(port) };
}

static void watch(int set, int socket, int flow)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint64_t)flow << 32 | (uint32_t)socket };
	if (epoll_ctl(set, EPOLL_CTL_ADD, socket, &event) < 0)
		fail("epoll_ctl");
}

/* Takes what waits at a socket: bytes of payload, and how many reads they took; -1: it is one that listens. */
static long take(int set, int flow, int socket, uint64_t *reads)
{
	long total = 0;
	if (socket == flows[flow].listening) {
		int accepted = accept4(socket, NULL, NULL, SOCK_NONBLOCK);
		if (accepted >= 0)
			watch(set, accepted, flow);
		return -1;
	}
	for (int turn = 0; turn < 64; turn++) {
		ssize_t length = recv(socket, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (length <= 0) {
			if (length == 0)
				epoll_ctl(set, EPOLL_CTL_DEL, socket, NULL);
			break;
		}
		total += length;
		*reads += socket == flows[flow].socket;
	}
	return total;
}

static void listen_at(int set, int flow)
{
	struct sockaddr_in address = address_of(htonl(INADDR_ANY), flows[flow].port);
	int room = 4 << 20;
	flows[flow].socket = open_socket(SOCK_DGRAM);
	flows[flow].listening = open_socket(SOCK_STREAM);
	setsockopt(flows[flow].socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(flows[flow].socket, (void *)&address, sizeof(address)) < 0 ||
	    bind(flows[flow].listening, (void *)&address, sizeof(address)) < 0 || listen(flows[flow].listening, 64) < 0)
		fail("bind");
	watch(set, flows[flow].socket, flow);
	watch(set, flows[flow].listening, flow);
}

static void receive(double duration)
{
	int set = epoll_create1(0);
	double first = 0, time = now();
	for (int flow = 0; flow < count; flow++)
		listen_at(set, flow);
	puts("ready");
	fflush(stdout);
	while (first == 0 || time < first + duration) {
		struct epoll_event events[64];
		int ready = epoll_wait(set, events, 64, 20);
		time = now();
		for (int at = 0; at < ready; at++) {
			int flow = events[at].data.u64 >> 32;
			uint64_t reads = 0;
			long bytes = take(set, flow, (int)(uint32_t)events[at].data.u64, &reads);
			if (bytes > 0 && first == 0)
				first = time;
			if (bytes <= 0 || time < first + duration / 4)
				continue;
			flows[flow].bytes += bytes;
			flows[flow].datagrams += reads;
		}
	}
	for (int flow = 0; flow < count; flow++)
		printf("%d %llu %llu %.0f\n", flows[flow].port, (unsigned long long)flows[flow].bytes,
		       (unsigned long long)flows[flow].datagrams, time - first - duration / 4);
}

static void connect_to(in_addr_t host, struct flow *flow)
{
	struct sockaddr_in address = address_of(host, flow->port);
	int room = 4 << 20;
	flow->socket = open_socket(flow->period > 0 ? SOCK_DGRAM : SOCK_STREAM);
	/* What waits in queues counts for the socket: it is the queue that shall be full, and not the socket. */
	if (flow->period > 0)
		setsockopt(flow->socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (connect(flow->socket, (void *)&address, sizeof(address)) < 0 && errno != EINPROGRESS)
		fail("connect");
}

static void send_flows(in_addr_t host, double duration)
{
	double start = now();
	struct pollfd waiting[MOST_FLOWS];
	for (int flow = 0; flow < count; flow++) {
		connect_to(host, &flows[flow]);
		flows[flow].due = start + flows[flow].period * flow / count;
	}
	for (double time = start; time < start + duration; time = now()) {
		double next = time + 1e8;
		int streams = 0;
		for (struct flow *flow = flows; flow < flows + count; flow++) {
			if (flow->period == 0) {
				waiting[streams++] = (struct pollfd){ .fd = flow->socket, .events = POLLOUT };
				while (send(flow->socket, buffer, sizeof(buffer), MSG_NOSIGNAL) > 0)
					;
				continue;
			}
			/* What does not go, because the queue is full, is lost, as it would be on the way. */
			for (; flow->due <= time; flow->due += flow->period)
				(void)!send(flow->socket, buffer, PAYLOAD, 0);
			if (flow->due < next)
				next = flow->due;
		}
		double left = next - now();
		struct timespec pause = { .tv_nsec = left > 0 ? left : 0 };
		if (ppoll(waiting, streams, &pause, NULL) < 0)
			fail("ppoll");
	}
}

static double processor_time(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static uint32_t *read_numbers(const char *path, uint32_t wanted)
{
	FILE *file = fopen(path, "r");
	uint32_t *numbers = calloc(wanted, sizeof(*numbers));
	for (uint32_t at = 0; at < wanted; at++)
		if (!file || fscanf(file, "%x", &numbers[at]) != 1)
			fail(path);
	fclose(file);
	return numbers;
}

static void scatter(in_addr_t first, uint32_t addresses, uint32_t step, long packets, const char *path)
{
	enum { BATCH = 64, LENGTH = 64 };
	struct mmsghdr batch[BATCH] = { 0 };
	struct sockaddr_in to[BATCH];
	struct iovec content = { buffer, LENGTH };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(uint32_t))];
	} said[BATCH];
	uint32_t *priorities = path ? read_numbers(path, addresses) : NULL;
	uint32_t state = 1;
	int socket = open_socket(SOCK_DGRAM);
	double start = processor_time();
	for (int at = 0; at < BATCH; at++) {
		batch[at].msg_hdr = (struct msghdr){
			.msg_name = &to[at], .msg_namelen = sizeof(to[at]), .msg_iov = &content, .msg_iovlen = 1
		};
		said[at].head = (struct cmsghdr){ CMSG_LEN(sizeof(uint32_t)), SOL_SOCKET, SO_PRIORITY };
		if (priorities) {
			batch[at].msg_hdr.msg_control = said[at].room;
			batch[at].msg_hdr.msg_controllen = sizeof(said[at].room);
		}
	}
	for (long sent = 0; sent < packets; sent += BATCH) {
		for (int at = 0; at < BATCH; at++) {
			state = state * 1664525 + 1013904223;
			uint32_t index = (uint64_t)state * addresses / 0x100000000;
			to[at] = address_of(htonl(ntohl(first) + index * step), 9);
			if (priorities)
				memcpy(CMSG_DATA(&said[at].head), &priorities[index], sizeof(uint32_t));
		}
		for (int done = 0; done < BATCH;) {
			int taken = sendmmsg(socket, batch + done, BATCH - done, 0);
			/* What finds its queue full is lost. */
			done += taken > 0 ? taken : 1;
		}
	}
	printf("%.1f\n", (processor_time() - start) / packets);
}

static void replay(const char *path)
{
	static char digits[2 * CHUNK];
	char name[IF_NAMESIZE];
	FILE *file = fopen(path, "r");
	int raw = socket(AF_PACKET, SOCK_RAW, 0);
	if (!file || raw < 0)
		fail(path);
	while (fscanf(file, "%15s %131071s", name, digits) == 2) {
		struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(name) };
		size_t length = 0;
		for (unsigned byte; sscanf(digits + 2 * length, "%2x", &byte) == 1; length++)
			buffer[length] = byte;
		if (sendto(raw, buffer, length, 0, (void *)&to, sizeof(to)) < 0)
			fail(name);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	if (argc >= 6 && strcmp(argv[1], "scatter") == 0) {
		scatter(inet_addr(argv[2]), atoi(argv[3]), atoi(argv[4]), atol(argv[5]), argv[6]);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "replay") == 0) {
		replay(argv[2]);
		return 0;
	}
	int is_sender = argc > 1 && strcmp(argv[1], "send") == 0;
	int next = is_sender ? 3 : 2;
	if (argc < next + 2) {
		fprintf(stderr, "traffic receive MILLISECONDS PORT... | traffic send ADDRESS MILLISECONDS FLOW... | "
			"traffic scatter ADDRESS COUNT STEP PACKETS [PRIORITIES] | traffic replay FILE\n");
		return 2;
	}
	double duration = atof(argv[next]) * 1e6;
	for (int at = next + 1; at < argc && count < MOST_FLOWS; at++, count++) {
		double bits = 0;
		if (sscanf(argv[at], "udp:%d:%lf", &flows[count].port, &bits) == 2)
			flows[count].period = (PAYLOAD + HEADERS) * 8 / bits * 1e9;
		else if (sscanf(argv[at], "tcp:%d", &flows[count].port) != 1)
			flows[count].port = atoi(argv[at]);
	}
	if (is_sender)
		send_flows(inet_addr(argv[2]), duration);
	else
		receive(duration);
	return 0;
}
