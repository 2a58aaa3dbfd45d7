/*
 * Sizes of the program, and how its tables lie in memory: what program/ has to know of policy.
 *
 * Made by Sluice, build 0000000000000000000000000000000000000000000000000000000000000000.
 */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include <linux/types.h>

/* Rules, and the 64-bit words that hold a bit for each. */
#define RULES 8
#define RULE_WORDS 1
/* Words that hold a bit for each word of rules, set where that is not empty; 0: so few words are looked at one by one. */
#define RULE_SUMMARIES 0
/* Steps in which all rules have been asked. */
#define MOST_STEPS 10
/* Whether some rule goes on with another than the next. */
#define SKIPS 0
/* Whether the first rule that a packet meets always decides. */
#define FIRST_DECIDES 0

/* Counters; policy.conf has their names. */
#define COUNTERS 10
/* Most counters of a rule. */
#define MOST_COUNTERS 1

/* Conditions that no table finds, the most of a rule, and which kinds of them there are. */
#define CONDITIONS 1
#define MOST_CONDITIONS 1
#define USES_MASKED 0
#define USES_SAME_FIELD 0
#define USES_PAYLOAD 0
#define USES_SAMPLE 0
#define USES_LIMIT 1
#define USES_MEMORY 0
#define USES_REMEMBER 0
#define USES_FORGET 0

/* Tables of buckets and of what is remembered, and the words of 64 bits in their keys. */
#define BUCKET_TABLES 2
#define KEY_WORDS 2

/* Services of balance, backends of all of them, and entries of all their Maglev tables. */
#define SERVICES 2
#define BACKENDS 52
/* Services that remember flows. */
#define FLOW_TABLES 0
/* Whether some service leaves to this host what its sockets take. */
#define ASKS_SOCKETS 0
#define MAGLEV_ENTRIES 66546

/* Stateless filters, and the rules that they begin with; -1: there is none for that way. */
#define FILTERS 0

/* Interfaces that the program runs on. */
#define INTERFACES 2

/* For each field that rules test, the row of the packet's value. */
struct rows {
	__u32 source;
	__u32 dest;
	__u32 tcp_flags;
	__u32 family;
	__u32 balanced;
	__u32 zone;
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

/* TCP flags: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128 */
struct tcp_flags_table {
	__u16 rows[256];
};

/* family: 4 or 6 */
struct family_table {
	__u16 rows[256];
};

/* balanced service: as a service; of fragments the protocol, with bit 24 */
struct balanced_table {
	__u32 lows[16];
	__u16 rows[16];
};

/* zone: that the frame came in by, numbered from 1 in the order of the policy */
struct zone_table {
	__u16 rows[256];
};

#endif
