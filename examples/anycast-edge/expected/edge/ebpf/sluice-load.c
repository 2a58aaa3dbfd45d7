/*
 * Loads what Sluice made for XDP, replaces it while it runs, takes it away, and prints its counters.
 *
 *   sluice-load up [--generic]       load it where nothing of the target runs yet
 *   sluice-load replace [--generic]  the same, in the place of what runs: no frame meets both, or neither
 *   sluice-load down                 take it away
 *   sluice-load stats [--prometheus] what its counters have counted
 *
 * It reads policy.conf, mitigate.bpf.o and maps/ in its own folder. What runs is pinned in /sys/fs/bpf/sluice/TARGET/: the
 * program, a link for each interface, the counters. (`ip netns exec` hides the BPF file system; `nsenter --net=` does not.)
 * A program is made of fresh maps each time, filled before any frame meets it, and put in the place of the old one by one
 * system call for each interface. Counters go on where the policy has the same ones, by name; else they start anew.
 * Where something fails, everything is as it was.
 *
 * --generic: in the kernel's own code, for interfaces whose driver has no XDP. Slower, and behind GRO where that is on.
 *
 * Exit codes: 0 done; 1 it could not be done; 2 wrong usage; 3 the kernel's verifier refuses the program, a fault in Sluice.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, REFUSED = 3 };

#define BPF_FILE_SYSTEM "/sys/fs/bpf"
#define MOST_INTERFACES 256
#define VLANS 4096

struct interface {
	char name[IF_NAMESIZE];
	unsigned int index;
	bool generic;
	uint8_t zones[VLANS + 1]; /* by VLAN; the last: untagged */
	int link;		  /* -1: none */
	bool is_new;		  /* the link was made in this run */
};

struct policy {
	char folder[4096]; /* that policy.conf stands in */
	char target[128];
	char build[128];
	struct interface interfaces[MOST_INTERFACES];
	int interface_count;
	bool reads_tags;
	char **counters;
	uint32_t counter_count;
};

/* Pinned beside the program: what it was made from. */
struct about {
	char build[128];
	uint64_t counters; /* a hash of their names */
};

struct count {
	uint64_t packets;
	uint64_t bytes;
};

/* --- Saying what is wrong --------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static int complain(const char *format, ...)
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

/* The last lines of a text. */
static void print_tail(const char *text, int lines)
{
	const char *from = text + strlen(text);

	while (from > text && (from[-1] != '\n' || from[0] == '\0' || --lines > 0))
		from--;
	fputs(from, stderr);
}

/* --- Reading policy.conf ---------------------------------------------------------------------------------------------- */

static struct interface *interface_named(struct policy *policy, const char *name)
{
	for (int i = 0; i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return &policy->interfaces[i];
	return NULL;
}

static bool read_interface(struct policy *policy, const char *values)
{
	struct interface *interface = &policy->interfaces[policy->interface_count];
	char mode[16];

	if (policy->interface_count == MOST_INTERFACES || sscanf(values, "%15s %15s", interface->name, mode) != 2)
		return false;
	interface->generic = !strcmp(mode, "generic");
	interface->link = -1;
	policy->interface_count++;
	return true;
}

static bool read_zone(struct policy *policy, const char *values)
{
	char name[IF_NAMESIZE];
	unsigned int from = VLANS, to = VLANS, zone;

	if (sscanf(values, "%15s untagged %u", name, &zone) != 2 &&
	    sscanf(values, "%15s %u-%u %u", name, &from, &to, &zone) != 4)
		return false;
	struct interface *interface = interface_named(policy, name);

	if (!interface || from > to || to > VLANS || zone > UINT8_MAX)
		return false;
	memset(interface->zones + from, (int)zone, to - from + 1);
	return true;
}

static bool read_counter(struct policy *policy, const char *name)
{
	char **counters = realloc(policy->counters, (policy->counter_count + 1) * sizeof *counters);

	if (!counters)
		return false;
	policy->counters = counters;
	counters[policy->counter_count] = strdup(name);
	return counters[policy->counter_count++] != NULL;
}

static bool read_setting(struct policy *policy, const char *word, const char *values)
{
	if (!strcmp(word, "target"))
		return sscanf(values, "%127s", policy->target) == 1 && !strchr(policy->target, '/');
	if (!strcmp(word, "build"))
		return sscanf(values, "%127s", policy->build) == 1;
	if (!strcmp(word, "interface"))
		return read_interface(policy, values);
	if (!strcmp(word, "zone"))
		return read_zone(policy, values);
	if (!strcmp(word, "counter"))
		return read_counter(policy, values);
	if (!strcmp(word, "tags"))
		return policy->reads_tags = true;
	return false;
}

static int read_policy(struct policy *policy)
{
	char path[5000];
	ssize_t length = readlink("/proc/self/exe", policy->folder, sizeof policy->folder - 1);

	if (length < 0)
		return complain("/proc/self/exe: %s", strerror(errno));
	policy->folder[length] = '\0';
	*strrchr(policy->folder, '/') = '\0';
	snprintf(path, sizeof path, "%s/policy.conf", policy->folder);
	FILE *file = fopen(path, "re");

	if (!file)
		return complain("%s: %s", path, strerror(errno));
	char *line = NULL;
	size_t size = 0;
	int number = 0, result = DONE;

	while (result == DONE && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		char *values = strchr(line, ' ');

		if (values)
			*values++ = '\0';
		if (!read_setting(policy, line, values ? values : ""))
			result = complain("%s:%d: this cannot be read", path, number);
	}
	free(line);
	fclose(file);
	if (result == DONE && policy->target[0] == '\0')
		result = complain("%s: no target", path);
	return result;
}

/* FNV-1a over the names of counters. */
static uint64_t hash_of_counters(const struct policy *policy)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < policy->counter_count; i++) {
		const char *byte = policy->counters[i];

		do
			hash = (hash ^ (uint8_t)*byte) * 0x100000001b3;
		while (*byte++);
	}
	return hash;
}

/* --- Pins ------------------------------------------------------------------------------------------------------------- */

static void pin_path(const struct policy *policy, const char *kind, const char *name, char *path, size_t size)
{
	int start = snprintf(path, size, BPF_FILE_SYSTEM "/sluice/%s/", policy->target);

	snprintf(path + start, size - (size_t)start, "%s%s", kind, name);
	/* No dot can stand in a name there. */
	for (char *at = path + start; *at; at++)
		if (*at == '.')
			*at = '_';
}

static int open_pin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	return bpf_obj_get(path);
}

static int pin(const struct policy *policy, int object, const char *kind, const char *name)
{
	char path[512], beside[520];

	pin_path(policy, kind, name, path, sizeof path);
	snprintf(beside, sizeof beside, "%s_new", path);
	unlink(beside);
	if (bpf_obj_pin(object, beside) || rename(beside, path)) {
		complain("%s cannot be pinned: %s", path, strerror(errno));
		unlink(beside);
		return FAILED;
	}
	return DONE;
}

static void unpin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	unlink(path);
}

static int make_folders(const struct policy *policy)
{
	char path[512];
	struct statfs status;
	const unsigned int bpf_magic = 0xcafe4a11;

	if (statfs(BPF_FILE_SYSTEM, &status) || (unsigned int)status.f_type != bpf_magic)
		return complain("no BPF file system at %s: mount -t bpf bpf %s (`ip netns exec` hides it; "
				"`nsenter --net=` does not)",
				BPF_FILE_SYSTEM, BPF_FILE_SYSTEM);
	pin_path(policy, "", "", path, sizeof path);
	if ((mkdir(BPF_FILE_SYSTEM "/sluice", 0700) && errno != EEXIST) || (mkdir(path, 0700) && errno != EEXIST))
		return complain("%s: %s", path, strerror(errno));
	return DONE;
}

static void remove_folders(const struct policy *policy)
{
	char path[512];

	pin_path(policy, "", "", path, sizeof path);
	rmdir(path);
	rmdir(BPF_FILE_SYSTEM "/sluice");
}

/* --- The program and its maps ------------------------------------------------------------------------------------------ */

/* Copies a file of maps/ into the map of its name. */
static int fill_map(const struct policy *policy, const struct bpf_map *map)
{
	char path[5000];
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t element = (bpf_map__value_size(map) + 7) / 8 * 8;
	const size_t size = element * bpf_map__max_entries(map);

	snprintf(path, sizeof path, "%s/maps/%s.bin", policy->folder, bpf_map__name(map));
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return complain("%s: %s", path, strerror(errno));
	struct stat status;

	if (fstat(file, &status) || (size_t)status.st_size != size) {
		close(file);
		return complain("%s has %lld bytes, and its map %zu: it is of another build", path,
				(long long)status.st_size, size);
	}
	char *memory =
		mmap(NULL, (size + page - 1) / page * page, PROT_WRITE | PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	size_t at = 0;

	while (memory != MAP_FAILED && at < size) {
		const ssize_t length = read(file, memory + at, size - at);

		if (length <= 0)
			break;
		at += (size_t)length;
	}
	const int error = errno;

	if (memory != MAP_FAILED)
		munmap(memory, (size + page - 1) / page * page);
	close(file);
	return at == size ? DONE : complain("%s cannot be copied into its map: %s", path, strerror(error));
}

static int fill_zones(struct policy *policy, const struct bpf_map *map)
{
	for (int i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (bpf_map_update_elem(bpf_map__fd(map), &interface->index, interface->zones, BPF_ANY))
			return complain("the zones of %s cannot be set: %s", interface->name, strerror(errno));
	}
	return DONE;
}

static int fill_maps(struct policy *policy, struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);
		int result = DONE;

		if (!strcmp(name, "zones"))
			result = fill_zones(policy, map);
		else if (bpf_map__map_flags(map) & BPF_F_MMAPABLE && !bpf_map__is_internal(map))
			result = fill_map(policy, map);
		if (result != DONE)
			return result;
	}
	return DONE;
}

/* Reads what the running program was made from; false: nothing runs. */
static bool read_about(const struct policy *policy, struct about *about)
{
	const uint32_t zero = 0;
	const int map = open_pin(policy, "about", "");
	const bool is_there = map >= 0 && !bpf_map_lookup_elem(map, &zero, about);

	if (map >= 0)
		close(map);
	return is_there;
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
	if (bpf_map__reuse_fd(counters, map))
		complain("the counters start anew: %s", strerror(errno));
	close(map);
}

static struct bpf_object *load(struct policy *policy, int *result)
{
	static char log[1 << 20];
	char path[5000];

	snprintf(path, sizeof path, "%s/mitigate.bpf.o", policy->folder);
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object) {
		*result = complain("%s: %s", path, strerror(errno));
		return NULL;
	}
	struct bpf_program *program = bpf_object__find_program_by_name(object, "mitigate");

	bpf_program__set_log_buf(program, log, sizeof log);
	keep_counters(policy, object);
	if (bpf_object__load(object)) {
		const int error = errno;

		*result = complain("the kernel does not load the program mitigate: %s", strerror(error));
		if (log[0]) {
			*result = REFUSED;
			fputs("The last that its verifier says (mitigate.bpf.c has the lines):\n", stderr);
			print_tail(log, 24);
		}
	} else {
		*result = fill_maps(policy, object);
	}
	if (*result == DONE)
		return object;
	bpf_object__close(object);
	return NULL;
}

/* --- Interfaces ------------------------------------------------------------------------------------------------------- */

/* Where the driver takes tags off, the program does not see them. */
static int check_tags(const struct interface *interface)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq request = { .ifr_data = (void *)&value };
	const int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(request.ifr_name, interface->name, sizeof request.ifr_name);
	const bool strips = socket_ >= 0 && !ioctl(socket_, SIOCETHTOOL, &request) && value.data & ETH_FLAG_RXVLAN;

	if (socket_ >= 0)
		close(socket_);
	if (!strips)
		return DONE;
	return complain("%s takes VLAN tags off before the program sees them: ethtool -K %s rxvlan off",
			interface->name, interface->name);
}

static int find_interfaces(struct policy *policy)
{
	for (int i = 0; i < policy->interface_count; i++) {
		struct interface *interface = &policy->interfaces[i];

		interface->index = if_nametoindex(interface->name);
		if (!interface->index)
			return complain("no interface %s", interface->name);
		if (policy->reads_tags && check_tags(interface) != DONE)
			return FAILED;
	}
	return DONE;
}

static int attach(const struct policy *policy, struct interface *interface, int program, int former)
{
	LIBBPF_OPTS(bpf_link_create_opts, options);

	interface->link = open_pin(policy, "link_", interface->name);
	if (interface->link >= 0) {
		LIBBPF_OPTS(bpf_link_update_opts, update, .flags = BPF_F_REPLACE, .old_prog_fd = (uint32_t)former);

		if (former >= 0 && !bpf_link_update(interface->link, program, &update))
			return DONE;
		return complain("the program of %s cannot be replaced: %s", interface->name, strerror(errno));
	}
	options.flags = interface->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	interface->link = bpf_link_create(program, (int)interface->index, BPF_XDP, &options);
	if (interface->link < 0)
		return complain("XDP cannot be attached to %s: %s%s", interface->name, strerror(errno),
				interface->generic ? "" : " (its driver may have none: try --generic)");
	interface->is_new = true;
	return pin(policy, interface->link, "link_", interface->name);
}

/* Puts everything back as it was: the former program where there was one, nothing where there was none. */
static void undo(const struct policy *policy, int attached, int former)
{
	for (int i = 0; i < attached; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (interface->is_new)
			unpin(policy, "link_", interface->name);
		else if (interface->link >= 0 && former >= 0)
			bpf_link_update(interface->link, former, NULL);
		if (interface->link >= 0)
			close(interface->link);
	}
	if (former >= 0) {
		pin(policy, former, "program", "");
		return;
	}
	unpin(policy, "program", "");
	unpin(policy, "about", "");
	unpin(policy, "counters", "");
	remove_folders(policy);
}

/* Links of interfaces that the policy names no more. */
static void detach_others(struct policy *policy)
{
	char path[512];

	pin_path(policy, "", "", path, sizeof path);
	DIR *folder = opendir(path);

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		bool is_wanted = strncmp(entry->d_name, "link_", 5) != 0;

		for (int i = 0; i < policy->interface_count && !is_wanted; i++) {
			char own[512];

			pin_path(policy, "link_", policy->interfaces[i].name, own, sizeof own);
			is_wanted = !strcmp(strrchr(own, '/') + 1, entry->d_name);
		}
		if (!is_wanted)
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

static int pin_all(const struct policy *policy, struct bpf_object *object, int program)
{
	struct about about = { .counters = hash_of_counters(policy) };
	const uint32_t zero = 0;
	const int counters = bpf_object__find_map_fd_by_name(object, "counters");
	const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "about", sizeof zero, sizeof about, 1, NULL);

	memcpy(about.build, policy->build, sizeof about.build);
	if (map < 0 || bpf_map_update_elem(map, &zero, &about, BPF_ANY))
		return complain("what runs cannot be noted down: %s", strerror(errno));
	if (counters < 0)
		unpin(policy, "counters", "");
	else if (pin(policy, counters, "counters", "") != DONE)
		return FAILED;
	return pin(policy, program, "program", "") == DONE && pin(policy, map, "about", "") == DONE ? DONE : FAILED;
}

/* --- Commands --------------------------------------------------------------------------------------------------------- */

static int put_in_place(struct policy *policy, bool may_replace, bool generic)
{
	for (int i = 0; generic && i < policy->interface_count; i++)
		policy->interfaces[i].generic = true;
	if (make_folders(policy) != DONE || find_interfaces(policy) != DONE)
		return FAILED;
	const int former = open_pin(policy, "program", "");

	if (former >= 0 && !may_replace)
		return complain("target %s is loaded already: sluice-load replace", policy->target);
	int result;
	struct bpf_object *object = load(policy, &result);

	if (!object) {
		undo(policy, 0, former);
		return result;
	}
	const int program = bpf_program__fd(bpf_object__find_program_by_name(object, "mitigate"));
	int attached = 0;

	while (result == DONE && attached < policy->interface_count)
		result = attach(policy, &policy->interfaces[attached++], program, former);
	if (result == DONE)
		result = pin_all(policy, object, program);
	if (result == DONE)
		detach_others(policy);
	else
		undo(policy, attached, former);
	bpf_object__close(object);
	return result;
}

static int take_away(const struct policy *policy)
{
	char path[512];

	pin_path(policy, "", "", path, sizeof path);
	DIR *folder = opendir(path);

	if (!folder)
		return complain("target %s is not loaded", policy->target);
	for (struct dirent *entry; (entry = readdir(folder));)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	remove_folders(policy);
	return DONE;
}

/* A name between quotes, as Prometheus writes it. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void print_metric(const struct policy *policy, const struct count *counts, bool bytes)
{
	const char *unit = bytes ? "bytes" : "packets";

	printf("# TYPE sluice_%s_total counter\n", unit);
	for (uint32_t i = 0; i < policy->counter_count; i++) {
		printf("sluice_%s_total{target=", unit);
		print_quoted(policy->target);
		printf(",counter=");
		print_quoted(policy->counters[i]);
		printf("} %llu\n", (unsigned long long)(bytes ? counts[i].bytes : counts[i].packets));
	}
}

static int print_counters(const struct policy *policy, int map, bool prometheus)
{
	const int processors = libbpf_num_possible_cpus();
	struct count *own = calloc((size_t)processors, sizeof *own);
	struct count *counts = calloc(policy->counter_count + 1, sizeof *counts);
	int result = own && counts ? DONE : complain("out of memory");

	for (uint32_t i = 0; result == DONE && i < policy->counter_count; i++) {
		if (bpf_map_lookup_elem(map, &i, own))
			result = complain("the counter %s cannot be read: %s", policy->counters[i], strerror(errno));
		for (int processor = 0; processor < processors; processor++) {
			counts[i].packets += own[processor].packets;
			counts[i].bytes += own[processor].bytes;
		}
	}
	if (result == DONE && prometheus) {
		print_metric(policy, counts, false);
		print_metric(policy, counts, true);
	}
	for (uint32_t i = 0; result == DONE && !prometheus && i < policy->counter_count; i++)
		printf("%s: %llu packets, %llu bytes\n", policy->counters[i], (unsigned long long)counts[i].packets,
		       (unsigned long long)counts[i].bytes);
	free(own);
	free(counts);
	return result;
}

static int print_stats(const struct policy *policy, bool prometheus)
{
	struct about about;

	if (!read_about(policy, &about))
		return complain("target %s is not loaded", policy->target);
	if (about.counters != hash_of_counters(policy))
		return complain("build %.12s runs, which has other counters than this one (%.12s)", about.build,
				policy->build);
	const int map = open_pin(policy, "counters", "");
	const int result = map < 0 ? DONE : print_counters(policy, map, prometheus);

	if (map >= 0)
		close(map);
	return result;
}

static int usage(void)
{
	fputs("usage: sluice-load up|replace [--generic]\n"
	      "       sluice-load down\n"
	      "       sluice-load stats [--prometheus]\n",
	      stderr);
	return USAGE;
}

int main(int count, char **arguments)
{
	static struct policy policy;
	const char *command = count > 1 ? arguments[1] : "";
	const char *option = count > 2 ? arguments[2] : NULL;
	const bool places = !strcmp(command, "up") || !strcmp(command, "replace");
	const bool stats = !strcmp(command, "stats");
	const char *possible = places ? "--generic" : stats ? "--prometheus" : "";

	if (count > 3 || (option && strcmp(option, possible) != 0) || (!places && !stats && strcmp(command, "down") != 0))
		return usage();
	libbpf_set_print(silent);
	if (read_policy(&policy) != DONE)
		return FAILED;
	if (places)
		return put_in_place(&policy, !strcmp(command, "replace"), option != NULL);
	return stats ? print_stats(&policy, option != NULL) : take_away(&policy);
}
