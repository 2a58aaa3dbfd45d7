/*
 * The lab's agent: holds two network namespaces, puts frames on the far ends of the router's interfaces and reports
 * what the router did with each. See ../README.md for the picture and protocol.c for what it reads and writes.
 */
#ifndef SLUICE_AGENT_H
#define SLUICE_AGENT_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_INTERFACES 64
#define MAX_SOCKETS 64
#define MAX_FRAME 262144

/* Frames with this interface number are IP packets that the router itself sends. */
#define FROM_ROUTER 0xffffffffu

/* Netfilter log group on which the harness table reports what reached the end of the input hook. */
#define DELIVERY_GROUP 49374

/* File system user id of the first test socket; the delivery log names a packet's socket by its owner. */
#define FIRST_SOCKET_OWNER 3000000000u

struct interface {
	char name[IFNAMSIZ];
	int router_index; /* ifindex of the router's end */
	int peer_index;   /* ifindex of the far end */
};

enum sighting_kind { SEEN_LEAVING = 1, SEEN_DELIVERED = 2 };

/* Fixed part of one sighting as written to the caller; `length` bytes of packet follow. */
struct sighting {
	uint32_t kind;      /* enum sighting_kind */
	uint32_t cause;     /* number, in the batch, of the frame that was sent last */
	uint32_t interface; /* number of the interface it left by; FROM_ROUTER if delivered */
	uint32_t mark;      /* skb->mark */
	uint32_t priority;  /* skb->priority; 0 if delivered */
	uint32_t socket;    /* number of the test socket that tproxy gave it to; UINT32_MAX if none */
	uint32_t vlan;      /* 1 << 16 | TCI if a VLAN tag was taken off the bytes; otherwise 0 */
	uint32_t length;
};

struct lab {
	pid_t outside_process; /* keeps the outside namespace alive */
	pid_t table_process;   /* the nft that owns the harness table */
	int router_namespace;
	int outside_namespace;
	struct interface interfaces[MAX_INTERFACES];
	unsigned interface_count;
	int inject;        /* packet socket in the outside namespace, sends only */
	int capture;       /* packet socket in the router namespace, sees what leaves it */
	int delivery_log;  /* netfilter log socket */
	int raw4, raw6;    /* raw sockets for what the router sends by itself */
	int sockets[MAX_SOCKETS];
	unsigned socket_count;
	int softnet_stat;  /* /proc/net/softnet_stat */
	int cpu;           /* the one processor that everything runs on */
};

/* Bytes that grow, for answers (protocol.c). */
struct buffer {
	uint8_t *bytes;
	size_t length, capacity;
};
void append(struct buffer *buffer, const void *bytes, size_t length);

/* Every function below returns 0, or -1 after fail() has said why. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* namespaces.c */
int create_namespaces(struct lab *lab);
int enter(int namespace_descriptor);
int start_harness_table(struct lab *lab);
void end_children(struct lab *lab);
int adopt_interfaces(struct lab *lab, const uint8_t *names, size_t length);

/* capture.c */
int open_capture(struct lab *lab);
int collect(struct lab *lab, uint32_t cause, struct buffer *sightings);
int check_losses(struct lab *lab);
int watch(struct lab *lab, int on);

/* delivery.c */
int open_delivery_log(struct lab *lab);
int collect_deliveries(struct lab *lab, uint32_t cause, struct buffer *sightings);
int flush_connections(struct lab *lab);

/* inject.c */
int open_injection(struct lab *lab);
int inject(struct lab *lab, uint32_t interface, const uint8_t *bytes, size_t length);
int wait_until_quiet(struct lab *lab);

/* sockets.c */
int open_sockets(struct lab *lab, const uint8_t *request, size_t length);

#endif
