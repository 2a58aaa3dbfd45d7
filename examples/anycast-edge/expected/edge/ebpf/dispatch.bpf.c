/*
 * dispatch of policy, for target edge: which socket gets a packet for this host that belongs to no connection
 * (`dispatch`), and how much it gets (`limiter`).
 *
 * Made by Sluice, build 0000000000000000000000000000000000000000000000000000000000000000.
 *
 * All 10 rules are found at once. For each field that rules test, a table leads from the packet's value to a row of
 * bits, one for each rule: set where the rule asks nothing of the field, or is content with the value. The rules whose bit
 * is set in every field's row are those that the packet meets; the lowest comes first, and names the socket. So rules are
 * data, in maps/dispatch/, and this text is as long for ten rules as for ten thousand. Which bit is which rule, and its line,
 * stands in maps/dispatch/rules.txt.
 *
 * What is the policy's own stands here; what all policies have in common, in program/.
 */
#include "dispatch.h"
#include "program/place.h"
#include "program/socket-limits.h"
#include "program/sockets.h"
#include "program/tables.h"

/* --- destination address --- */

TABLE(dest_rules, struct rule_bits, 9); /* key: a row */
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

/* --- service: protocol, and destination port in the lower 16 bits --- */

TABLE(service_rules, struct rule_bits, 4); /* key: a row */
TABLE(service, struct service_table, 1);

static __always_inline __u32 service_row(const struct packet *packet)
{
	const struct service_table *table = only_element(&service);

	if (!table || packet->service == ABSENT)
		return 0;
	return table->rows[last_at_most(table->lows, LENGTH_OF(table->lows), packet->service)];
}

/* --- protocol: behind all extension headers --- */

TABLE(protocol_rules, struct rule_bits, 2); /* key: a row */
TABLE(protocol, struct protocol_table, 1);

static __always_inline __u32 protocol_row(const struct packet *packet)
{
	const struct protocol_table *table = only_element(&protocol);

	return table && packet->protocol < LENGTH_OF(table->rows) ? table->rows[packet->protocol] : 0;
}

/* --- All fields together --- */

static __always_inline void find_rows(const struct packet *packet, struct rows *rows)
{
	rows->dest = dest_row(packet);
	rows->service = service_row(packet);
	rows->protocol = protocol_row(packet);
}

static __always_inline __u64 common_bits(const struct rows *rows, __u32 word)
{
	__u64 bits = ~0ULL;

	bits &= word_of_row(&dest_rules, &rows->dest, word);
	bits &= word_of_row(&service_rules, &rows->service, word);
	bits &= word_of_row(&protocol_rules, &rows->protocol, word);
	return bits;
}

/* --- The programs --- */

SEC("sk_lookup")
int dispatch(struct bpf_sk_lookup *lookup)
{
	struct packet packet;
	struct place place;

	read_packet(lookup, &packet);
	find_rows(&packet, &place.rows);
	return give(lookup, first_rule(&place));
}

SEC("socket")
int limiter(struct __sk_buff *datagram)
{
	struct packet packet = {};
	struct place place;

	if (!read_datagram(datagram, &packet) || is_for_many(&packet))
		return ALL_OF_IT;
	find_rows(&packet, &place.rows);
	return let_through(&packet, first_rule(&place));
}

char _license[] SEC("license") = "Apache-2.0";
