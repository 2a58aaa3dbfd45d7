/*
 * Sizes of the program, and how its tables lie in memory: what program/ has to know of policy.
 *
 * Made by Sluice, build 0000000000000000000000000000000000000000000000000000000000000000.
 */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include <linux/types.h>

/* Rules, and the 64-bit words that hold a bit for each. */
#define RULES 23
#define RULE_WORDS 1
/* Words that hold a bit for each word of rules, set where that is not empty; 0: so few words are looked at one by one. */
#define RULE_SUMMARIES 0
/* Steps in which all rules have been asked. */
#define MOST_STEPS 25
/* Whether some rule goes on with another than the next. */
#define SKIPS 1
/* Whether the first rule that a packet meets always decides. */
#define FIRST_DECIDES 0

/* Counters; policy.conf has their names. */
#define COUNTERS 8
/* Most counters of a rule. */
#define MOST_COUNTERS 1

/* Conditions that no table finds, the most of a rule, and which kinds of them there are. */
#define CONDITIONS 5
#define MOST_CONDITIONS 1
#define USES_MASKED 0
#define USES_SAME_FIELD 1
#define USES_PAYLOAD 1
#define USES_SAMPLE 1
#define USES_LIMIT 1
#define USES_MEMORY 0
#define USES_REMEMBER 0
#define USES_FORGET 0

/* Tables of buckets and of what is remembered, and the words of 64 bits in their keys. */
#define BUCKET_TABLES 4
#define KEY_WORDS 2

/* Services of balance, backends of all of them, and entries of all their Maglev tables. */
#define SERVICES 0

/* Stateless filters, and the rules that they begin with; -1: there is none for that way. */
#define FILTERS 0

/* For each field that rules test, the row of the packet's value. */
struct rows {
	__u32 source;
	__u32 dest;
	__u32 service;
	__u32 protocol;
	__u32 sport;
	__u32 tcp_flags;
	__u32 length;
	__u32 family;
	__u32 fragment;
};

/*
 * Tables that lead from a value to its row:
 * - rows alone: one for each value;
 * - lows and rows: ranges by their first values, ascending; high and low: the halves of those. The last is repeated;
 * - blocks and entries: ranges in blocks, see row_in_blocks.
 */

/* source address, IPv4 */
struct source_ipv4_table {
	__u32 lows[32];
	__u16 rows[32];
};

/* source address, IPv6 */
struct source_ipv6_table {
	__u64 high[32];
	__u64 low[32];
	__u16 rows[32];
};

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

/* source port */
struct sport_table {
	__u32 lows[128];
	__u16 rows[128];
};

/* TCP flags: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128 */
struct tcp_flags_table {
	__u16 rows[256];
};

/* length: of the IP packet, headers included */
struct length_table {
	__u32 lows[4];
	__u16 rows[4];
};

/* family: 4 or 6 */
struct family_table {
	__u16 rows[256];
};

/* fragment: 0 not a fragment, 1 the first, 2 a later one */
struct fragment_table {
	__u16 rows[4];
};

#endif
