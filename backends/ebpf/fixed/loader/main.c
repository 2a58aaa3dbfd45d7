/*
 * Loads what Sluice made for XDP, for sk_lookup and for the classes of what leaves, replaces it while it runs, takes it away, and prints its counters.
 *
 *   sluice-load up [--generic]       load it where nothing of the target runs yet
 *   sluice-load replace [--generic]  the same, in the place of what runs: no packet meets both, or neither
 *   sluice-load change               change tables of what runs, from the build that this one was compiled `--since`
 *   sluice-load down                 take it away
 *   sluice-load stats [--prometheus] what its counters have counted, and which sockets are registered
 *   sluice-load socket NAME --pid P --fd N
 *                                    register descriptor N of process P under a name that `dispatch` gives packets to
 *   sluice-load backend ADDRESS down|up|weight N
 *                                    a backend of `balance` gets no packets, gets its own again, or another share
 *   sluice-load backends             which there are, and what share of the table each has
 *   sluice-load remember NAME ADDRESS [SECONDS]
 *                                    puts an address into a memory, for so long, or for as long as the policy says
 *   sluice-load forget NAME ADDRESS  takes it out again
 *   sluice-load memory NAME          which addresses are in there
 *
 * It reads, in its own folder, policy.conf and xdp.bpf.o (XDP), dispatch.conf and dispatch.bpf.o (sk_lookup), classes.conf and
 * classes.bpf.o (tcx at egress), whichever there is, and maps/; for a change, changes.conf, dispatch-changes.conf and
 * classes-changes.conf. What runs is pinned in /sys/fs/bpf/sluice/TARGET/: the program, a link for each interface, the counters;
 * of sk_lookup likewise with `dispatch_` before the name, one link for the network namespace that this runs in, and the sockets
 * with the filter that limits what they get; at egress with `classes_` before it.
 * (`ip netns exec` hides the BPF file system; `nsenter --net=` does not.)
 * A program is made of fresh maps each time, filled before any packet meets it, and put in the place of the old one by one
 * system call for each interface or namespace. Counters go on where the policy has the same ones, by name; else they start
 * anew. Where something fails, everything is as it was, at all hooks. Between the hooks there is no transaction: for a moment
 * one runs the new policy and the others the old; so it is between the lookup of a socket and the limit of what that gets. Buckets
 * of limits go on where a limit stayed what it was, and sockets stay registered, until they are closed.
 *
 * --generic: in the kernel's own code, for interfaces whose driver has no XDP. Slower, and behind GRO where that is on. A
 * replace goes on in the mode in which the program runs, and is an error where the other is asked for.
 *
 * Needs Linux 5.17 or newer (bpf_loop), and at egress 6.6 or newer (tcx). `rm -r /sys/fs/bpf/sluice/TARGET` takes everything away, too.
 *
 * Exit codes: 0 done; 1 it could not be done; 2 wrong usage; 3 the kernel's verifier refuses the program, a fault in Sluice.
 */
#include <bpf/libbpf.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"

static const struct hook hooks[MOST_HOOKS] = {
	{
		.settings = "policy.conf",
		.changes = "changes.conf",
		.file = "xdp",
		.program = "sluice",
		.maps = "maps",
		.pins = "",
		.where = "XDP",
		.type = BPF_PROG_TYPE_XDP,
		.counted = { "packets", "bytes" },
	},
	{
		.settings = "dispatch.conf",
		.changes = "dispatch-changes.conf",
		.file = "dispatch",
		.program = "dispatch",
		.maps = "maps/dispatch",
		.pins = "dispatch_",
		.where = "sk_lookup",
		.type = BPF_PROG_TYPE_SK_LOOKUP,
		.in_namespace = true,
		.counted = { "lookups", "refused", "limited" },
	},
	{
		.settings = "classes.conf",
		.changes = "classes-changes.conf",
		.file = "classes",
		.program = "classes",
		.maps = "maps/classes",
		.pins = "classes_",
		.where = "egress",
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.at_egress = true,
		.counted = { "packets", "bytes" },
	},
};

enum { XDP, SK_LOOKUP };

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
	      "       sluice-load change|down\n"
	      "       sluice-load stats [--prometheus]\n"
	      "       sluice-load backend ADDRESS down|up|weight N\n"
	      "       sluice-load backends\n"
	      "       sluice-load remember NAME ADDRESS [SECONDS]\n"
	      "       sluice-load forget NAME ADDRESS\n"
	      "       sluice-load memory NAME\n"
	      "       sluice-load socket NAME --pid P --fd N\n",
	      stderr);
	return USAGE;
}

/* What the policy has for each hook. Of one that it has nothing for, the target is known. */
static int read_policies(struct policy policies[MOST_HOOKS])
{
	for (int i = 0; i < MOST_HOOKS; i++)
		if (read_policy(&policies[i], &hooks[i]) != DONE)
			return FAILED;
	const struct policy *there = NULL;

	for (int i = MOST_HOOKS - 1; i >= 0; i--)
		if (policies[i].is_there)
			there = &policies[i];
	if (!there)
		return complain("%s: no policy.conf, no dispatch.conf and no classes.conf", policies[XDP].folder);
	for (int i = 0; i < MOST_HOOKS; i++)
		if (!policies[i].is_there)
			memcpy(policies[i].target, there->target, sizeof there->target);
	return DONE;
}

/* The number behind an option in the arguments; -1: there is none. */
static int number_of(char **arguments, int count, const char *option)
{
	for (int i = 0; i + 1 < count; i += 2) {
		char *end;
		const long number = strtol(arguments[i + 1], &end, 10);

		if (!strcmp(arguments[i], option))
			return *end || end == arguments[i + 1] || number < 0 || number > INT_MAX ? -1 : (int)number;
	}
	return -1;
}

/* socket NAME --pid P --fd N */
static int run_socket(char **arguments, int count)
{
	static struct policy policies[MOST_HOOKS];
	const int process = count == 5 ? number_of(arguments + 1, 4, "--pid") : -1;
	const int descriptor = count == 5 ? number_of(arguments + 1, 4, "--fd") : -1;

	if (process < 0 || descriptor < 0)
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	return register_socket(&policies[SK_LOOKUP], arguments[0], process, descriptor);
}

static int run_stats(const struct policy policies[MOST_HOOKS], bool prometheus)
{
	int result = DONE;

	for (int i = 0; i < MOST_HOOKS && result == DONE; i++)
		if (policies[i].is_there)
			result = print_stats(&policies[i], prometheus);
	return result;
}

/* `backend` and `backends`. */
static int manage_backends(char **arguments, int count)
{
	static struct policy policies[MOST_HOOKS];
	const bool changes = !strcmp(arguments[0], "backend");

	if (changes ? count < 3 : count != 1)
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	const int result = changes ? change_backend(&policies[XDP], arguments + 1, count - 1) : print_backends(&policies[XDP]);

	return result == USAGE ? usage() : result;
}

static bool is_of_memories(const char *command)
{
	return !strcmp(command, "remember") || !strcmp(command, "forget") || !strcmp(command, "memory");
}

/* `remember`, `forget` and `memory`. */
static int manage_memories(char **arguments, int count)
{
	static struct policy policies[MOST_HOOKS];
	const bool writes = !strcmp(arguments[0], "remember"), takes = !strcmp(arguments[0], "forget");

	if (writes ? count != 3 && count != 4 : takes ? count != 3 : count != 2)
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	if (writes)
		return remember(&policies[XDP], arguments[1], arguments[2], count == 4 ? arguments[3] : NULL);
	return takes ? forget(&policies[XDP], arguments[1], arguments[2]) : print_memory(&policies[XDP], arguments[1]);
}

int main(int count, char **arguments)
{
	static struct policy policies[MOST_HOOKS];
	const char *command = count > 1 ? arguments[1] : "";
	const char *option = count > 2 ? arguments[2] : NULL;
	const bool places = !strcmp(command, "up") || !strcmp(command, "replace");
	const bool stats = !strcmp(command, "stats"), changes = !strcmp(command, "change");
	const char *possible = places ? "--generic" : stats ? "--prometheus" : "";

	wait_for_others();
	libbpf_set_print(silent);
	if (!strcmp(command, "socket"))
		return run_socket(arguments + 2, count - 2);
	if (!strcmp(command, "backend") || !strcmp(command, "backends"))
		return manage_backends(arguments + 1, count - 1);
	if (is_of_memories(command))
		return manage_memories(arguments + 1, count - 1);
	if (count > 3 || (option && strcmp(option, possible) != 0) || (!places && !stats && !changes && strcmp(command, "down") != 0))
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	for (int i = 0; places && option && i < policies[XDP].interface_count; i++)
		policies[XDP].interfaces[i].generic = true;
	if (places)
		return put_in_place(policies, MOST_HOOKS, !strcmp(command, "replace"));
	if (changes)
		return change_tables(policies, MOST_HOOKS);
	return stats ? run_stats(policies, option != NULL) : take_away(&policies[XDP]);
}
