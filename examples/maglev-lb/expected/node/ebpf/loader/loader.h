/*
 * sluice-load: what its files share. main.c: the command line; policy.c: policy.conf; maps.c: what maps hold; buckets.c: what
 * limits count in and memories hold; memories.c: changes of that; balance.c, maglev.c, forwarding.c: backends, their tables, and the way to them; program.c: the program with
 * its maps in the kernel; interfaces.c, egress.c, links.c, namespace.c: where it runs; filters.c: what filters need of the host; pins.c: what
 * stays; replace.c: one in the place of another; change.c: other contents of its tables; sockets.c, socket-limits.c: who gets what is dispatched, and how much; stats.c: counters.
 */
#ifndef SLUICE_LOADER_H
#define SLUICE_LOADER_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf_version.h>
#include <linux/bpf.h>

#include "../program/services.h"

#if LIBBPF_MAJOR_VERSION < 1
#error "sluice-load needs libbpf 1.0 or newer"
#endif

struct bpf_object;

enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, REFUSED = 3 };

#define MOST_HOOKS 3
#define MOST_INTERFACES 256
#define MOST_LINKS 4096
#define VLANS 4096

struct interface {
	char name[IF_NAMESIZE];
	unsigned int index;
	bool generic;
	uint8_t zones[VLANS + 1]; /* by VLAN; the last: untagged */
	int link;		  /* -1: none */
	bool is_new;		  /* the link was made in this run */
};

/* An interface of the network namespace. */
struct link {
	char name[IF_NAMESIZE];
	unsigned int index;
	unsigned int below;  /* that it stands on; 0: none */
	unsigned int master; /* that it is a part of; 0: none */
	bool is_up;
	bool is_loopback;
	bool is_vlan;
};

/* Buckets of a limit, or a service's memory of flows. */
struct bucket_table {
	char name[16];
	uint32_t keys;
};

/* Addresses that rules of the policy ask for. */
struct memory {
	char *name;
	int tables[2];	/* the numbers of its tables of buckets, for IPv4 and IPv6; -1: none */
	uint64_t lasts; /* nanoseconds that an address is remembered; 0: until it is forgotten */
};

/* Where in the kernel a program of the target runs. */
struct hook {
	const char *settings; /* the file with what the loader is told */
	const char *changes;  /* the one with what leads on from an earlier build */
	const char *file;     /* of the program, before `.bpf.o` */
	const char *program;  /* its name in there */
	const char *maps;     /* the folder with what its maps hold */
	const char *pins;     /* what names of its pins begin with */
	const char *where;    /* in messages */
	enum bpf_prog_type type;
	bool in_namespace;	 /* it runs in a network namespace, and on no interface */
	bool at_egress;		 /* it runs where packets leave by an interface */
	const char *counted[3]; /* what its counters count; the third, if there is one, in policies with limits only */
};

/* What a policy has for a hook. */
struct policy {
	const struct hook *hook;
	bool is_there;	   /* false: the policy has nothing for the hook */
	char folder[4096]; /* that the settings stand in */
	char target[128];
	char build[128];
	struct interface interfaces[MOST_INTERFACES];
	int interface_count;
	bool reads_tags;
	bool filters_input; /* `filter input` is carried out at XDP */
	bool filters_forward;
	char **counters;
	uint32_t counter_count;
	struct bucket_table *bucket_tables; /* by number */
	uint32_t bucket_table_count;
	struct memory *memories;
	uint32_t memory_count;
	struct bucket_table *flow_tables; /* of services that remember flows, by number */
	uint32_t flow_table_count;
	char **services; /* names, by number */
	uint32_t service_count;
	char **sockets; /* names */
	uint32_t socket_count;
	char **limited; /* names of those that have a limit */
	uint32_t limited_count;
};

/* Pinned beside the program: what it was made from. */
struct about {
	char build[128];
	uint64_t counters;  /* a hash of their names */
	uint64_t namespace; /* the network namespace that it was loaded from */
};

/* main.c: says what is wrong, and gives FAILED. */
__attribute__((format(printf, 1, 2))) int complain(const char *format, ...);

/* policy.c */
int read_policy(struct policy *policy, const struct hook *hook);
uint64_t hash_of_counters(const struct policy *policy);

/* maps.c: fills the maps that have no other contents yet. */
int fill_maps(const struct policy *policy, struct bpf_object *object);

/* buckets.c: a map for each limit, and for each service that remembers flows; those that mean the same as one of the running program go on. */
int make_buckets(const struct policy *policy, struct bpf_object *object);
int make_flows(const struct policy *policy, struct bpf_object *object);

/* maglev.c: a pool's table, to be freed; NULL: there is no memory for it. */
uint16_t *make_table(const struct backend *backends, const struct pool *pool);

/* forwarding.c */
void check_way(const struct policy *policy, bool ipv4, bool ipv6);
int fill_interfaces(const struct policy *policy, int map);

/* balance.c: what the program has to know of backends; and changes of what runs. `arguments`: ADDRESS up|down|weight N. */
int prepare_balance(const struct policy *policy, struct bpf_object *object);
int change_backend(const struct policy *policy, char **arguments, int count);
int print_backends(const struct policy *policy);

/* program.c: the program in the kernel, its maps filled; NULL: `result` says why not. */
struct bpf_object *load_program(const struct policy *policy, int *result);

/* interfaces.c; `former`: the program that runs now, -1: none. */
int find_interfaces(struct policy *policy);
int attach(const struct policy *policy, struct interface *interface, int program, int former);
void attach_former(const struct policy *policy, struct interface *interface, int former);
void detach_others(const struct policy *policy);

/* links.c: lists all interfaces, and gives how many there are; -1: that failed. */
int list_links(struct link links[MOST_LINKS]);

/* filters.c: whether the host is such that filters can be carried out at XDP. */
int check_filters(const struct policy *policy);

/* namespace.c: the number of the loader's own network namespace; 0: that cannot be told. */
uint64_t own_namespace(void);
/* egress.c: whether the program can read what leaves by the interface; and a link that runs it there, -1: there is none. */
int check_frames(const struct interface *interface);
int link_at_egress(const struct interface *interface, int program);

/* As `attach`, for a program that runs in that namespace. */
int attach_to_namespace(const struct policy *policy, struct interface *place, int program, int former);

/*
 * pins.c: what stays when the loader ends, in /sys/fs/bpf/sluice/TARGET/. A pin's name there is its hook's `pins`, its kind, and
 * for links the interface behind it.
 */
void folder_path(const struct policy *policy, char *path, size_t size);
void pin_path(const struct policy *policy, const char *kind, const char *name, char *path, size_t size);
/* One loader at a time. */
void wait_for_others(void);
int open_pin(const struct policy *policy, const char *kind, const char *name);
int pin(const struct policy *policy, int object, const char *kind, const char *name);
void unpin(const struct policy *policy, const char *kind, const char *name);
/* Takes a pin of the target's folder away, by its name there. What a link runs ends at once. */
void remove_pin(const struct policy *policy, const char *name);
int make_folders(const struct policy *policy);
void remove_folders(const struct policy *policy);
/* Reads what the running program was made from; false: nothing runs. */
bool read_about(const struct policy *policy, struct about *about);

/* replace.c; `policies`: of one target, for each hook. */
int put_in_place(struct policy *policies, int count, bool may_replace);
int take_away(const struct policy *policy);

/* change.c; `policies`: likewise. */
int change_tables(const struct policy *policies, int count);

/* `struct socket_key` of the program: what a socket is registered under. */
struct socket_key {
	char name[56];
	uint32_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint32_t family;   /* of the socket: 4 or 6 */
};

/* sockets.c */
struct socket_key key_of(const char *name, uint32_t protocol, uint32_t family);
int register_socket(const struct policy *policy, const char *name, int process, int descriptor);
int print_sockets(const struct policy *policy, bool prometheus);

/* socket-limits.c: gives a socket its filter, if the policy limits what it gets. */
int limit_socket(const struct policy *policy, const char *name, int socket_);
/* Whether all sockets that the policy limits have one. */
int check_limited(const struct policy *policy);
/* The filter of limits that runs, that of a loaded policy, and one in the place of the other; -1: none. */
int running_limiter(const struct policy *policy);
int limiter_of(const struct bpf_object *object);
int put_limiter(const struct policy *policy, int limiter);

/* memories.c: addresses in a memory of the running program; `seconds`: NULL for as long as the policy says. */
int remember(const struct policy *policy, const char *name, const char *address, const char *seconds);
int forget(const struct policy *policy, const char *name, const char *address);
int print_memory(const struct policy *policy, const char *name);

/* stats.c */
void print_quoted(const char *text);
int print_stats(const struct policy *policy, bool prometheus);

#endif
