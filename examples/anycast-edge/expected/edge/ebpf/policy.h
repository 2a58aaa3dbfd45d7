/*
 * What the program of policy keeps: its sizes, and the layout of its maps, whose contents stand in maps/.
 *
 * Made by Sluice, build 0000000000000000000000000000000000000000000000000000000000000000.
 */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include <linux/types.h>

/* Rules of mitigate, and the 64-bit words that hold a bit for each. */
#define RULES 23
#define RULE_WORDS 1
/* Steps in which all rules have been asked. */
#define MOST_STEPS 25
/* Most conditions of a rule that are asked one by one. */
#define MOST_CONDITIONS 1
#define CONDITIONS 5
/* Most counters of a rule. */
#define MOST_COUNTERS 1
#define COUNTERS 8

/* A field that a packet lacks. */
#define ABSENT 0xffffffffU

/* A packet's fields, and how far its rules have been asked. */
struct packet {
	__u64 source[2]; /* IPv4: in the first; IPv6: the upper half in the first */
	__u64 destination[2];
	__u64 source_mac;
	__u32 family; /* 4 or 6 */
	__u32 length; /* of the IP packet */
	__u32 end;    /* where it ends, in bytes from the start of the frame */
	__u32 vlan;
	__u32 ttl;
	__u32 dscp;
	__u32 protocol;
	__u32 fragment; /* 0 not a fragment, 1 the first, 2 a later one */
	__u32 source_port;
	__u32 destination_port;
	__u32 service; /* protocol, and destination port in the lower 16 bits */
	__u32 tcp_flags;
	__u32 icmp4; /* type, and code in the lower 8 bits */
	__u32 icmp6;
	__u32 payload_at; /* behind the header of TCP or UDP, in bytes from the start of the frame */

	/* For each field that rules test, the row of the packet's value. */
	__u32 source_row;
	__u32 destination_row;
	__u32 service_row;
	__u32 protocol_row;
	__u32 source_port_row;
	__u32 tcp_flags_row;
	__u32 length_row;
	__u32 family_row;
	__u32 fragment_row;

	/* Rules of the word at hand that the packet may meet and that were not asked yet. */
	__u64 bits;
	__u32 word;
};

/* A bit for each rule, from the lowest of the first word on. */
struct rule_bits {
	__u64 words[RULE_WORDS];
};

enum rule_action {
	RULE_PASS,
	RULE_DROP,
	RULE_ON,   /* the next rule is asked */
	RULE_SKIP, /* the rule with the number `skip_to` is asked next */
};

struct rule {
	__u32 action;
	__u32 skip_to;
	__u32 conditions[MOST_CONDITIONS]; /* numbers, in the order in which they are asked; ABSENT: no more */
	__u32 counters[MOST_COUNTERS]; /* numbers; ABSENT: no more */
} __attribute__((aligned(8)));

struct count {
	__u64 packets;
	__u64 bytes; /* of IP packets */
};

/* A condition that no table finds. Values of up to 128 bits, in two halves. */
struct condition {
	__u32 kind;
	__u32 negated;
	__u32 left;  /* a field; the first byte of the payload; of a sample, how many; a limiter */
	__u32 right; /* another field; the last byte; of how many; 1: over, 2: holds when full, above: the row */
	__u64 value[2]; /* of a limit: its period in ticks, its burst */
	__u64 mask[2];	/* of a limit: ticks in a nanosecond, what a byte counts (0: packets count, one each) */
};

/* Ranges of the source address: the first value of each, ascending, and its row; the last is repeated. */
struct source_ipv4_table {
	__u32 lows[32];
	__u16 rows[32];
};

/* Ranges of the source address in IPv6: the first of each, ascending, and its row; the last is repeated. */
struct source_ipv6_table {
	__u64 high[32];
	__u64 low[32];
	__u16 rows[32];
};

/* Ranges of the destination address: the first value of each, ascending, and its row; the last is repeated. */
struct destination_ipv4_table {
	__u32 lows[8];
	__u16 rows[8];
};

/* Ranges of the destination address in IPv6: the first of each, ascending, and its row; the last is repeated. */
struct destination_ipv6_table {
	__u64 high[8];
	__u64 low[8];
	__u16 rows[8];
};

/* Ranges of the protocol, and destination port in the lower 16 bits: the first value of each, ascending, and its row; the last is repeated. */
struct service_table {
	__u32 lows[16];
	__u16 rows[16];
};

/* The row of each protocol behind all extension headers. */
struct protocol_table {
	__u16 rows[256];
};

/* Ranges of the source port: the first value of each, ascending, and its row; the last is repeated. */
struct source_port_table {
	__u32 lows[128];
	__u16 rows[128];
};

/* The row of each TCP flags: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128. */
struct tcp_flags_table {
	__u16 rows[256];
};

/* Ranges of the length of the IP packet, headers included: the first value of each, ascending, and its row; the last is repeated. */
struct length_table {
	__u32 lows[4];
	__u16 rows[4];
};

/* The row of each 4 or 6. */
struct family_table {
	__u16 rows[256];
};

/* The row of each 0 not a fragment, 1 the first, 2 a later one. */
struct fragment_table {
	__u16 rows[4];
};

#endif
