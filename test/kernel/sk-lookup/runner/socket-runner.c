/*
 * Sockets for a pinned sk_lookup program, and what becomes of packets for them.
 *
 *   socket-runner judge PROGRAM LOADER SOCKET ...   (BPF_PROG_TEST_RUN on lookups from standard input, see below)
 *   socket-runner time PROGRAM TIMES LOADER SOCKET ...  (the same, each so many times: nanoseconds of one, a line each)
 *   socket-runner deliver LOADER SOCKET ...         (packets from standard input, by tun0; see below)
 *   socket-runner size PROGRAM                      (instructions that the verifier went through)
 *   socket-runner serve LOADER SOCKET ...           (until it is killed; says `ready`, and its process, once all are open)
 *   socket-runner ask PROTOCOL ADDRESS PORT         (who answers: a socket's name, `refused`, or `nothing`)
 *   socket-runner ask-all PROTOCOL ADDRESS STEP     (on every STEP-th port from 1 to 65535: how many answers each gave)
 *   socket-runner ask-often PROTOCOL ADDRESS PORT STOP  (as long as the file STOP is not there: the same)
 *
 * A SOCKET is a name, which is registered with LOADER: for TCP and UDP, over IPv4 and IPv6. `NAME:dual`: those of IPv6 alone,
 * which take packets of IPv4, too. `NAME:none`: nobody registers. `NAME:aggregates`, `NAME:filter`, `NAME:shared`: with UDP_GRO, a
 * filter of their own, or SO_REUSEPORT. `NAME@PORT`: bound to that port, and not registered.
 *
 * `judge` reads `struct lookup`s, and writes a byte for each: the number of the socket's name in the arguments, REFUSED, NONE
 * (whoever the kernel finds otherwise), or WRONG (a socket of the right name, but of the wrong kind).
 * `deliver` reads packets of IP, each behind its length in 32 bits, and writes a byte for each: the number of the name whose
 * socket of UDP got it, or NONE.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sockets.h"

enum { WRONG = 253, REFUSED = 254, NONE = 255 };

struct lookup {
	uint32_t family; /* 4 or 6 */
	uint32_t protocol;
	uint32_t source_port;
	uint32_t destination_port;
	uint8_t source[16]; /* IPv4: the first four */
	uint8_t destination[16];
};

/* --- judge --- */

static unsigned char socket_of(uint64_t cookie, const struct lookup *lookup)
{
	for (int i = 0; i < socket_count; i++) {
		const struct open_socket *own = &sockets[i];

		if (own->cookie != cookie)
			continue;
		const int fits = own->family == (int)lookup->family || own->dual;

		return fits && own->protocol == (int)lookup->protocol ? (unsigned char)own->name : WRONG;
	}
	return WRONG;
}

static struct bpf_sk_lookup context_of(const struct lookup *lookup)
{
	struct bpf_sk_lookup context = {
		.family = lookup->family == 6 ? AF_INET6 : AF_INET,
		.protocol = lookup->protocol,
		.remote_port = htons((uint16_t)lookup->source_port),
		.local_port = lookup->destination_port,
	};

	if (lookup->family == 6) {
		memcpy(context.remote_ip6, lookup->source, 16);
		memcpy(context.local_ip6, lookup->destination, 16);
	} else {
		memcpy(&context.remote_ip4, lookup->source, 4);
		memcpy(&context.local_ip4, lookup->destination, 4);
	}
	return context;
}

static unsigned char judge(int program, const struct lookup *lookup)
{
	struct bpf_sk_lookup context = context_of(lookup);
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &context, .ctx_size_in = sizeof context, .ctx_out = &context,
		    .ctx_size_out = sizeof context);

	if (bpf_prog_test_run_opts(program, &options))
		die("the program cannot be run");
	if (context.cookie)
		return socket_of(context.cookie, lookup);
	return options.retval == SK_DROP ? REFUSED : NONE;
}

static int opened(const char *pin)
{
	const int program = bpf_obj_get(pin);

	if (program < 0)
		die(pin);
	return program;
}

static int judge_all(int program)
{
	struct lookup lookup;

	while (fread(&lookup, sizeof lookup, 1, stdin) == 1)
		putchar(judge(program, &lookup));
	return fflush(stdout) ? 1 : 0;
}

static int time_all(int program, unsigned long times)
{
	struct lookup lookup;

	while (fread(&lookup, sizeof lookup, 1, stdin) == 1) {
		struct bpf_sk_lookup context = context_of(&lookup);
		LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &context, .ctx_size_in = sizeof context,
			    .repeat = (int)times);

		if (bpf_prog_test_run_opts(program, &options))
			die("the program cannot be run");
		printf("%u\n", options.duration);
	}
	return fflush(stdout) ? 1 : 0;
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

/* --- serve --- */

/* Answers a datagram with the name, from the address that it was for. */
static void answer_datagram(const struct open_socket *own)
{
	char buffer[64], control[256];
	struct sockaddr_in6 from;
	struct iovec part = { buffer, sizeof buffer };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof control,
	};

	if (recvmsg(own->descriptor, &message, 0) < 0)
		return;
	for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
		if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO)
			((struct in6_pktinfo *)CMSG_DATA(item))->ipi6_ifindex = 0;
		if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(item);

			info->ipi_spec_dst = info->ipi_addr;
			info->ipi_ifindex = 0;
		}
	}
	part.iov_base = names[own->name];
	part.iov_len = strlen(names[own->name]);
	sendmsg(own->descriptor, &message, 0);
}

static void answer_connection(const struct open_socket *own)
{
	const int connection = accept(own->descriptor, NULL, NULL);

	if (connection < 0)
		return;
	if (write(connection, names[own->name], strlen(names[own->name])) < 0)
		perror("socket-runner");
	close(connection);
}

static int serve(void)
{
	struct pollfd polled[MOST_SOCKETS];

	for (int i = 0; i < socket_count; i++)
		polled[i] = (struct pollfd){ .fd = sockets[i].descriptor, .events = POLLIN };
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (poll(polled, (nfds_t)socket_count, -1) > 0)
		for (int i = 0; i < socket_count; i++) {
			if (!(polled[i].revents & POLLIN))
				continue;
			if (sockets[i].protocol == IPPROTO_TCP)
				answer_connection(&sockets[i]);
			else
				answer_datagram(&sockets[i]);
		}
	return 1;
}

/* --- ask --- */

static socklen_t address_of(const char *text, int port, struct sockaddr_in6 *address)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons((uint16_t)port);
		return sizeof *ipv4;
	}
	if (inet_pton(AF_INET6, text, &address->sin6_addr) != 1)
		die(text);
	address->sin6_family = AF_INET6;
	address->sin6_port = htons((uint16_t)port);
	return sizeof *address;
}

/* Who answers; in `answer`, at most 63 letters. */
static void ask(const char *protocol, const char *text, int port, char answer[64])
{
	const int tcp = !strcmp(protocol, "tcp");
	struct sockaddr_in6 address;
	const socklen_t size = address_of(text, port, &address);
	const struct timeval patience = { .tv_sec = tcp ? 5 : 0, .tv_usec = tcp ? 0 : 500000 };
	/* No connection waits for late packets: there are more of them than ports. */
	const struct linger at_once = { .l_onoff = 1 };
	const int own = socket(address.sin6_family, tcp ? SOCK_STREAM : SOCK_DGRAM, 0), on = 1;
	const bool ipv4 = address.sin6_family == AF_INET;
	ssize_t length = -1;

	if (own < 0 || setsockopt(own, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
	    setsockopt(own, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) ||
	    setsockopt(own, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) ||
	    /* A datagram that is refused is an error of its socket. */
	    setsockopt(own, ipv4 ? IPPROTO_IP : IPPROTO_IPV6, ipv4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on))
		die("no socket");
	strcpy(answer, "nothing");
	const bool is_sent = tcp ? !connect(own, (struct sockaddr *)&address, size)
				 : sendto(own, "who", 3, 0, (struct sockaddr *)&address, size) == 3;

	if (is_sent)
		length = recv(own, answer, 63, 0);
	if (length >= 0)
		answer[length] = '\0';
	else if (errno == ECONNREFUSED)
		strcpy(answer, "refused");
	close(own);
}

/* How often each answer came. */
static struct tally {
	char answer[64];
	unsigned long times;
} tallies[16];

static void count_answer(const char *answer)
{
	for (size_t i = 0; i < sizeof tallies / sizeof *tallies; i++) {
		if (tallies[i].times && strcmp(tallies[i].answer, answer) != 0)
			continue;
		strcpy(tallies[i].answer, answer);
		tallies[i].times++;
		return;
	}
}

static int print_answers(void)
{
	for (size_t i = 0; i < sizeof tallies / sizeof *tallies && tallies[i].times; i++)
		printf("%s %lu\n", tallies[i].answer, tallies[i].times);
	return 0;
}

static int usage(void)
{
	fputs("usage: see the head of socket-runner.c\n", stderr);
	return 2;
}

int main(int count, char **arguments)
{
	const char *command = count > 2 ? arguments[1] : "";
	char answer[64];

	if (!strcmp(command, "size"))
		return print_size(opened(arguments[2]));
	if (!strcmp(command, "time") && count > 5) {
		for (int i = 5; i < count; i++)
			open_named(arguments[4], arguments[i]);
		return time_all(opened(arguments[2]), strtoul(arguments[3], NULL, 10));
	}
	if (!strcmp(command, "judge") && count > 4) {
		for (int i = 4; i < count; i++)
			open_named(arguments[3], arguments[i]);
		return judge_all(opened(arguments[2]));
	}
	if (!strcmp(command, "deliver") && count > 3) {
		for (int i = 3; i < count; i++)
			open_named(arguments[2], arguments[i]);
		return deliver_all();
	}
	if (!strcmp(command, "serve") && count > 3) {
		for (int i = 3; i < count; i++)
			open_named(arguments[2], arguments[i]);
		return serve();
	}
	if (!strcmp(command, "ask") && count == 5) {
		ask(arguments[2], arguments[3], atoi(arguments[4]), answer);
		puts(answer);
		return 0;
	}
	if (!strcmp(command, "ask-all") && count == 5) {
		for (int port = 1; port <= 65535; port += atoi(arguments[4])) {
			ask(arguments[2], arguments[3], port, answer);
			count_answer(answer);
		}
		return print_answers();
	}
	if (!strcmp(command, "ask-often") && count == 6) {
		while (access(arguments[5], F_OK)) {
			ask(arguments[2], arguments[3], atoi(arguments[4]), answer);
			count_answer(answer);
		}
		return print_answers();
	}
	return usage();
}
