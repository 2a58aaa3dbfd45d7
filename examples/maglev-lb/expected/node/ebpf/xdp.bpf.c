/*
 * mitigate and balance of policy, for target node: every frame that comes in, before the kernel looks at it.
 *
 * Made by Sluice, build 0000000000000000000000000000000000000000000000000000000000000000.
 *
 * All 8 rules are found at once. For each field that rules test, a table leads from the packet's value to a row of
 * bits, one for each rule: set where the rule asks nothing of the field, or is content with the value. The rules whose bit
 * is set in every field's row are those that the packet meets; the lowest comes first. So rules are data, in maps/, and this
 * text is as long for ten rules as for ten thousand. Which bit is which rule, and its line, stands in maps/rules.txt.
 *
 * What is the policy's own stands here; what all policies have in common, in program/.
 */
#include "policy.h"
#include "program/balance.h"
#include "program/conditions.h"
#include "program/limits.h"
#include "program/packet.h"
#include "program/tables.h"
#include "program/walk.h"
#include "program/zones.h"

/* --- source address --- */

TABLE(source_rules, struct rule_bits, 3); /* key: a row */
TABLE(source_ipv4, struct source_ipv4_table, 1);
TABLE(source_ipv6, struct source_ipv6_table, 1);

static __always_inline __u32 source_ipv4_row(__u32 address)
{
	const struct source_ipv4_table *table = only_element(&source_ipv4);

	if (!table)
		return 0;
	return table->rows[last_at_most(table->lows, LENGTH_OF(table->lows), address)];
}

static __always_inline __u32 source_ipv6_row(const __u64 *address)
{
	const struct source_ipv6_table *table = only_element(&source_ipv6);

	if (!table)
		return 0;
	return table->rows[last_at_most_wide(table->high, table->low, LENGTH_OF(table->low), address[0], address[1])];
}

static __always_inline __u32 source_row(const struct packet *packet)
{
	return packet->family == 4 ? source_ipv4_row(packet->source[0]) : source_ipv6_row(packet->source);
}

/* --- destination address --- */

TABLE(dest_rules, struct rule_bits, 5); /* key: a row */
TABLE(dest_ipv4, struct dest_ipv4_table, 1);
TABLE(dest_ipv6, struct dest_ipv6_table, 1);

static __always_inline __u32 dest_ipv4_row(__u32 address)
{
	const struct dest_ipv4_table *table = only_element(&dest_ipv4);

	if (!table)
		return 0;
	return table->rows[last_at_most(table->lows, LENGTH_OF(table->lows), address)];
}

static __always_inline __u32 dest_ipv6_row(const __u64 *address)
{
	const struct dest_ipv6_table *table = only_element(&dest_ipv6);

	if (!table)
		return 0;
	return table->rows[last_at_most_wide(table->high, table->low, LENGTH_OF(table->low), address[0], address[1])];
}

static __always_inline __u32 dest_row(const struct packet *packet)
{
	return packet->family == 4 ? dest_ipv4_row(packet->destination[0]) : dest_ipv6_row(packet->destination);
}

/* --- TCP flags: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128 --- */

TABLE(tcp_flags_rules, struct rule_bits, 2); /* key: a row */
TABLE(tcp_flags, struct tcp_flags_table, 1);

static __always_inline __u32 tcp_flags_row(const struct packet *packet)
{
	const struct tcp_flags_table *table = only_element(&tcp_flags);

	return table && packet->tcp_flags < LENGTH_OF(table->rows) ? table->rows[packet->tcp_flags] : 0;
}

/* --- family: 4 or 6 --- */

TABLE(family_rules, struct rule_bits, 3); /* key: a row */
TABLE(family, struct family_table, 1);

static __always_inline __u32 family_row(const struct packet *packet)
{
	const struct family_table *table = only_element(&family);

	return table && packet->family < LENGTH_OF(table->rows) ? table->rows[packet->family] : 0;
}

/* --- balanced service: as a service; of fragments the protocol, with bit 24 --- */

TABLE(balanced_rules, struct rule_bits, 4); /* key: a row */
TABLE(balanced, struct balanced_table, 1);

static __always_inline __u32 balanced_row(const struct packet *packet)
{
	const struct balanced_table *table = only_element(&balanced);

	if (!table || packet->balanced == ABSENT)
		return 0;
	return table->rows[last_at_most(table->lows, LENGTH_OF(table->lows), packet->balanced)];
}

/* --- zone: that the frame came in by, numbered from 1 in the order of the policy --- */

TABLE(zone_rules, struct rule_bits, 2); /* key: a row */
TABLE(zone, struct zone_table, 1);

static __always_inline __u32 zone_row(const struct packet *packet)
{
	const struct zone_table *table = only_element(&zone);

	return table && packet->zone < LENGTH_OF(table->rows) ? table->rows[packet->zone] : 0;
}

/* --- All fields together --- */

static __always_inline void find_rows(const struct packet *packet, struct rows *rows)
{
	rows->source = source_row(packet);
	rows->dest = dest_row(packet);
	rows->tcp_flags = tcp_flags_row(packet);
	rows->family = family_row(packet);
	rows->balanced = balanced_row(packet);
	rows->zone = zone_row(packet);
}

static __always_inline __u64 common_bits(const struct rows *rows, __u32 word)
{
	__u64 bits = ~0ULL;

	bits &= word_of_row(&source_rules, &rows->source, word);
	bits &= word_of_row(&dest_rules, &rows->dest, word);
	bits &= word_of_row(&tcp_flags_rules, &rows->tcp_flags, word);
	bits &= word_of_row(&family_rules, &rows->family, word);
	bits &= word_of_row(&balanced_rules, &rows->balanced, word);
	bits &= word_of_row(&zone_rules, &rows->zone, word);
	return bits;
}

/* --- The program --- */

SEC("xdp")
int sluice(struct xdp_md *context)
{
	const __u32 zero = 0;
	struct scratch *own = bpf_map_lookup_elem(&scratch, &zero);

	if (!own || !parse(context, &own->packet))
		return XDP_PASS;
	own->packet.zone = zone_of(context, &own->packet);
	own->packet.balanced = balanced_of(&own->packet);
	const int verdict = judge(context, &own->packet, &own->place);

	if (own->place.service == ABSENT)
		return verdict;
	return balance(context, &own->packet, &own->balancing, own->place.service);
}

/* The kernel tells routes and neighbours to programs under the GPL only; this one is under Apache-2.0 or GPL-2.0, as you like. */
char _license[] SEC("license") = "GPL";
