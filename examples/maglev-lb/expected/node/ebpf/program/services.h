/*
 * What `balance` knows of its services and backends, as it lies in their maps: for the program, which reads it, and for the
 * loader, which makes the Maglev tables of it.
 */
#ifndef SLUICE_SERVICES_H
#define SLUICE_SERVICES_H

#include <linux/types.h>

/* An entry of a Maglev table that no backend has: none of its pool is up and has a share. */
#define NO_BACKEND 0xffff

/* The Maglev table of a service, and the backends in it. */
struct pool {
	__u32 first_entry; /* in the map `maglev` */
	__u32 entries;	   /* a prime */
	__u32 first_backend;
	__u32 backends;
};

enum forward {
	FORWARD_IPIP,
	FORWARD_GRE,
	FORWARD_DIRECT,
};

/* What is hashed of a packet. */
enum hash_on {
	HASH_FLOW, /* both addresses, both ports, protocol */
	HASH_SOURCE,
};

/* Words of 32 bits that may be hashed of a packet, in network byte order; addresses of IPv4 have one, of IPv6 four. */
enum hashed_word {
	WORD_SOURCE = 0,
	WORD_DESTINATION = 4,
	WORD_PROTOCOL = 8,
	WORD_SOURCE_PORT = 9,
	WORD_DESTINATION_PORT = 10,
	WORD_NONE = 15, /* 0 */
};

/* Which of them are, in their order. The last three end where the array does, so that there is WORD_NONE around them. */
struct hashed {
	__u8 words[12];
	__u32 count;
};

/* What is hashed of a packet: by which a memory knows its flow. */
struct hashed_words {
	__u32 words[12];
	__u32 count;
	__u32 family;
};

/* The backend of a flow. */
struct flow_backend {
	__u64 identity;
	__u32 backend; /* its number, as far as that is still right */
	__u32 unused;
};

/* A service that remembers no flows. */
#define NO_MEMORY 0xffffffff

struct service {
	struct pool pools[2]; /* of packets of IPv4, of IPv6; the same where both get to all backends */
	struct hashed hashed[2][2]; /* of whole packets, of fragments; each: of IPv4, of IPv6 */
	__u32 forward;
	__u32 hash_on;
	__u32 first_counter; /* of one for each outcome */
	__u32 memory;	     /* the number of its memory of flows, or NO_MEMORY */
	__u32 local_first;   /* 1: what a socket of this host takes is left to it */
	__u32 unused;
};

struct backend {
	__u8 address[16]; /* in network byte order; IPv4 in the first four bytes */
	__u8 source[16];  /* where outer headers to it are from */
	__u64 identity;	  /* backends of two builds that have the same are the same */
	__u32 family;	  /* 4 or 6 */
	__u32 weight;
	__u32 is_down;
	__u32 has_source; /* 0: the policy names none, and the loader asks the kernel */
};

#endif
