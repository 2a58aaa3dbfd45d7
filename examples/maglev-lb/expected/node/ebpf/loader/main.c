/*
 * Loads what Sluice made for XDP, replaces it while it runs, takes it away, and prints its counters.
 *
 *   sluice-load up [--generic]       load it where nothing of the target runs yet
 *   sluice-load replace [--generic]  the same, in the place of what runs: no frame meets both, or neither
 *   sluice-load down                 take it away
 *   sluice-load stats [--prometheus] what its counters have counted
 *   sluice-load backend ADDRESS down|up|weight N
 *                                    a backend of `balance` gets no packets, gets its own again, or another share
 *   sluice-load backends             which there are, and what share of the table each has
 *
 * It reads policy.conf, xdp.bpf.o and maps/ in its own folder. What runs is pinned in /sys/fs/bpf/sluice/TARGET/: the
 * program, a link for each interface, the counters. (`ip netns exec` hides the BPF file system; `nsenter --net=` does not.)
 * A program is made of fresh maps each time, filled before any frame meets it, and put in the place of the old one by one
 * system call for each interface. Counters go on where the policy has the same ones, by name; else they start anew.
 * Where something fails, everything is as it was. Buckets of limits go on where a limit stayed what it was.
 *
 * --generic: in the kernel's own code, for interfaces whose driver has no XDP. Slower, and behind GRO where that is on. A
 * replace goes on in the mode in which the program runs, and is an error where the other is asked for.
 *
 * Needs Linux 5.17 or newer (bpf_loop). `rm -r /sys/fs/bpf/sluice/TARGET` takes everything away, too.
 *
 * Exit codes: 0 done; 1 it could not be done; 2 wrong usage; 3 the kernel's verifier refuses the program, a fault in Sluice.
 */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "loader.h"

int complain(const char *format, ...)
{
	va_list arguments;

	fputs("sluice-load: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return FAILED;
}

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

static int usage(void)
{
	fputs("usage: sluice-load up|replace [--generic]\n"
	      "       sluice-load down\n"
	      "       sluice-load stats [--prometheus]\n"
	      "       sluice-load backend ADDRESS down|up|weight N\n"
	      "       sluice-load backends\n",
	      stderr);
	return USAGE;
}

/* `backend` and `backends`. */
static int manage_backends(struct policy *policy, char **arguments, int count)
{
	const bool changes = !strcmp(arguments[0], "backend");

	if (changes ? count < 3 : count != 1)
		return usage();
	if (read_policy(policy) != DONE)
		return FAILED;
	const int result = changes ? change_backend(policy, arguments + 1, count - 1) : print_backends(policy);

	return result == USAGE ? usage() : result;
}

int main(int count, char **arguments)
{
	static struct policy policy;
	const char *command = count > 1 ? arguments[1] : "";
	const char *option = count > 2 ? arguments[2] : NULL;
	const bool places = !strcmp(command, "up") || !strcmp(command, "replace");
	const bool stats = !strcmp(command, "stats");
	const char *possible = places ? "--generic" : stats ? "--prometheus" : "";

	wait_for_others();
	if (!strcmp(command, "backend") || !strcmp(command, "backends"))
		return manage_backends(&policy, arguments + 1, count - 1);
	if (count > 3 || (option && strcmp(option, possible) != 0) || (!places && !stats && strcmp(command, "down") != 0))
		return usage();
	libbpf_set_print(silent);
	if (read_policy(&policy) != DONE)
		return FAILED;
	for (int i = 0; places && option && i < policy.interface_count; i++)
		policy.interfaces[i].generic = true;
	if (places)
		return put_in_place(&policy, !strcmp(command, "replace"));
	return stats ? print_stats(&policy, option != NULL) : take_away(&policy);
}
