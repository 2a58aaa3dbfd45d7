/*
 * Sizes of the program, and how its tables lie in memory: what program/ has to know of the `dispatch` of policy.
 *
 * Made by Sluice, build 0000000000000000000000000000000000000000000000000000000000000000.
 */
#ifndef SLUICE_DISPATCH_H
#define SLUICE_DISPATCH_H

#include <linux/types.h>

/* Rules of dispatch, and the 64-bit words that hold a bit for each. */
#define RULES 10
#define RULE_WORDS 1
/* Words that hold a bit for each word of rules, set where that is not empty; 0: so few words are looked at one by one. */
#define RULE_SUMMARIES 0

/* Names of sockets, and of counters; dispatch.conf has both. */
#define SOCKETS 4
#define COUNTERS 5

/* Limits of sockets, their tables of buckets, and the words of 64 bits in the keys of these. */
#define SOCKET_LIMITS 2
#define BUCKET_TABLES 2
#define KEY_WORDS 2
#define USES_LIMIT 1
#define USES_REMEMBER 0

/* For each field that rules test, the row of the packet's value. */
struct rows {
	__u32 dest;
	__u32 service;
	__u32 protocol;
};

/*
 * Tables that lead from a value to its row:
 * - rows alone: one for each value;
 * - lows and rows: ranges by their first values, ascending; high and low: the halves of those. The last is repeated;
 * - blocks and entries: ranges in blocks, see row_in_blocks.
 */

/* destination address, IPv4 */
struct dest_ipv4_table {
	__u32 lows[8];
	__u16 rows[8];
};

/* destination address, IPv6 */
struct dest_ipv6_table {
	__u64 high[8];
	__u64 low[8];
	__u16 rows[8];
};

/* service: protocol, and destination port in the lower 16 bits */
struct service_table {
	__u32 lows[16];
	__u16 rows[16];
};

/* protocol: behind all extension headers */
struct protocol_table {
	__u16 rows[256];
};

#endif
