// Written by `npm run generate` from templates/*.hbs; edit those.

/** templates/classes-header.hbs */
export const classesHeader = `/*
 * Sizes of the program, and how its tables lie in memory: what program/ has to know of the \`shape\` of {{policy}}.
 *
 * Made by Sluice, build {{build}}.
 */
#ifndef SLUICE_CLASSES_H
#define SLUICE_CLASSES_H

#include <linux/types.h>

/* The program is one of tc's. */
#define SLUICE_AT_TC 1

/* Rules of shape, and the 64-bit words that hold a bit for each. */
#define RULES {{rules}}
#define RULE_WORDS {{words}}
/* Words that hold a bit for each word of rules, set where that is not empty; 0: so few words are looked at one by one. */
#define RULE_SUMMARIES {{summaries}}
/* Classes that one value of a field has at most, each for another rule. */
#define CLASS_COLUMNS {{columns}}
/* Bits of marks that rules ask for. */
#define MARK_BITS {{markBits}}U
{{#if zones}}

/* Interfaces that the program runs on. */
#define INTERFACES {{interfaces}}
{{/if}}

{{> rowsAndTables}}

#endif
`;

/** templates/classes.hbs */
export const classes = `/*
 * shape of {{policy}}, for target {{target}}: the class of every packet that leaves by an interface that is shaped, before its queues.
 *
 * Made by Sluice, build {{build}}.
{{#each remarks}}
 * {{this}}
{{/each}}
 *
 * All {{rules}} rules are found at once. For each field that rules test, a table leads from the packet's value to a row of
 * bits, one for each rule: set where the rule asks nothing of the field, or is content with the value. The rules whose bit
 * is set in every field's row are those that the packet meets; the lowest comes first, and says the class.{{#if columns}} A rule for the rows of
 * a table is one rule: beside its bits, a row has the numbers of the classes that its values have.{{/if}} Which bit is which rule, and its
 * line, stands in maps/classes/rules.txt.
 *
 * What is the policy's own stands here; what all policies have in common, in program/.
 */
#include "classes.h"
#include "program/leaving.h"
#include "program/tables.h"
{{#if zones}}
#include "program/zones.h"
{{/if}}
{{> fieldTables}}

{{> findRows}}
{{#if columns}}

/* --- Classes of rows --- */
{{#each classed}}

TABLE({{name}}_classes, struct row_classes, {{rows}}); /* key: a row */
{{/each}}

static __always_inline __u32 class_of_row(const struct rows *rows, __u32 field, __u32 column)
{
	switch (field) {
{{#each classed}}
	case {{@index}}: /* {{title}} */
		return class_in(&{{name}}_classes, &rows->{{name}}, column);
{{/each}}
	default:
		return 0;
	}
}
{{/if}}

/* --- The program --- */

SEC("tc")
int classes(struct __sk_buff *context)
{
	struct packet packet;
	struct place place;

	if (read_leaving(context, &packet)) {
{{#if zones}}
		packet.zone = zone_of(context);
{{/if}}
		find_rows(&packet, &place.rows);
		choose_class(context, &place, first_rule(&place));
	}
	return GO_ON;
}

char _license[] SEC("license") = "Apache-2.0";
`;

/** templates/dispatch-header.hbs */
export const dispatchHeader = `/*
 * Sizes of the program, and how its tables lie in memory: what program/ has to know of the \`dispatch\` of {{policy}}.
 *
 * Made by Sluice, build {{build}}.
 */
#ifndef SLUICE_DISPATCH_H
#define SLUICE_DISPATCH_H

#include <linux/types.h>

/* Rules of dispatch, and the 64-bit words that hold a bit for each. */
#define RULES {{rules}}
#define RULE_WORDS {{words}}
/* Words that hold a bit for each word of rules, set where that is not empty; 0: so few words are looked at one by one. */
#define RULE_SUMMARIES {{summaries}}

/* Names of sockets, and of counters; dispatch.conf has both. */
#define SOCKETS {{sockets}}
#define COUNTERS {{counters}}

{{#if limits}}
/* Limits of sockets, their tables of buckets, and the words of 64 bits in the keys of these. */
#define SOCKET_LIMITS {{limits}}
#define BUCKET_TABLES {{bucketTables}}
#define KEY_WORDS {{keyWords}}
#define USES_LIMIT 1
#define USES_REMEMBER 0

{{/if}}
{{> rowsAndTables}}

#endif
`;

/** templates/dispatch.hbs */
export const dispatch = `/*
 * dispatch of {{policy}}, for target {{target}}: which socket gets a packet for this host that belongs to no connection
{{#if limits}}
 * (\`dispatch\`), and how much it gets (\`limiter\`).
{{else}}
 * (\`dispatch\`).
{{/if}}
 *
 * Made by Sluice, build {{build}}.
{{#each remarks}}
 * {{this}}
{{/each}}
{{#if rules}}
 *
 * All {{rules}} rules are found at once. For each field that rules test, a table leads from the packet's value to a row of
 * bits, one for each rule: set where the rule asks nothing of the field, or is content with the value. The rules whose bit
 * is set in every field's row are those that the packet meets; the lowest comes first, and names the socket. So rules are
 * data, in maps/dispatch/, and this text is as long for ten rules as for ten thousand. Which bit is which rule, and its line,
 * stands in maps/dispatch/rules.txt.
 *
 * What is the policy's own stands here; what all policies have in common, in program/.
{{/if}}
 */
{{#unless rules}}
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
{{else}}
#include "dispatch.h"
#include "program/place.h"
{{#if limits}}
#include "program/socket-limits.h"
{{/if}}
#include "program/sockets.h"
#include "program/tables.h"
{{/unless}}
{{> fieldTables}}
{{#if rules}}

{{> findRows}}
{{/if}}

{{#if limits}}
/* --- The programs --- */
{{else}}
/* --- The program --- */
{{/if}}

SEC("sk_lookup")
int dispatch(struct bpf_sk_lookup *lookup)
{
{{#if rules}}
	struct packet packet;
	struct place place;

	read_packet(lookup, &packet);
	find_rows(&packet, &place.rows);
	return give(lookup, first_rule(&place));
{{else}}
	(void)lookup;
	return SK_PASS;
{{/if}}
}

{{#if limits}}
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

{{/if}}
char _license[] SEC("license") = "Apache-2.0";
`;

/** templates/field-tables.hbs */
export const fieldTables = `{{#each fields}}

/* --- {{title}} --- */

TABLE({{name}}_rules, struct rule_bits, {{rows}}); /* key: a row */
{{#each tables}}
TABLE({{name}}, struct {{name}}_table, 1);
{{/each}}
{{#each tables}}

static __always_inline __u32 {{name}}_row({{parameter}})
{
	const struct {{name}}_table *table = only_element(&{{name}});

{{#if isDirect}}
	return table && {{value}} < LENGTH_OF(table->rows) ? table->rows[{{value}}] : {{absentRow}};
{{else}}
	if (!table{{#if mayLack}} || {{value}} == ABSENT{{/if}})
		return {{absentRow}};
{{#if isRanges}}
	return table->rows[last_at_most(table->lows, LENGTH_OF(table->lows), {{value}})];
{{/if}}
{{#if isWide}}
	return table->rows[last_at_most_wide(table->high, table->low, LENGTH_OF(table->low), {{value}})];
{{/if}}
{{#if isBlocks}}
	return row_in_blocks(table->blocks, table->entries, LENGTH_OF(table->entries), {{value}});
{{/if}}
{{/if}}
}
{{/each}}
{{#if families}}

static __always_inline __u32 {{name}}_row(const struct packet *packet)
{
	return packet->family == 4 ? {{families.ipv4}} : {{families.ipv6}};
}
{{/if}}
{{/each}}
`;

/** templates/find-rows.hbs */
export const findRows = `/* --- All fields together --- */

static __always_inline void find_rows(const struct packet *packet, struct rows *rows)
{
{{#each fields}}
	rows->{{name}} = {{name}}_row(packet);
{{/each}}
}

static __always_inline __u64 common_bits(const struct rows *rows, __u32 word)
{
	__u64 bits = ~0ULL;

{{#each fields}}
	bits &= word_of_row(&{{name}}_rules, &rows->{{name}}, word);
{{/each}}
	return bits;
}
`;

/** templates/policy-header.hbs */
export const policyHeader = `/*
 * Sizes of the program, and how its tables lie in memory: what program/ has to know of {{policy}}.
 *
 * Made by Sluice, build {{build}}.
 */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include <linux/types.h>

/* Rules, and the 64-bit words that hold a bit for each. */
#define RULES {{rules}}
#define RULE_WORDS {{words}}
/* Words that hold a bit for each word of rules, set where that is not empty; 0: so few words are looked at one by one. */
#define RULE_SUMMARIES {{summaries}}
/* Steps in which all rules have been asked. */
#define MOST_STEPS {{steps}}
/* Whether some rule goes on with another than the next. */
#define SKIPS {{skips}}
/* Whether the first rule that a packet meets always decides. */
#define FIRST_DECIDES {{firstDecides}}

/* Counters; policy.conf has their names. */
#define COUNTERS {{counters}}
/* Most counters of a rule. */
#define MOST_COUNTERS {{mostCounters}}

/* Conditions that no table finds, the most of a rule, and which kinds of them there are. */
#define CONDITIONS {{conditions}}
#define MOST_CONDITIONS {{mostConditions}}
{{#each kinds}}
#define USES_{{name}} {{isUsed}}
{{/each}}
{{#if bucketTables}}

/* Tables of buckets and of what is remembered, and the words of 64 bits in their keys. */
#define BUCKET_TABLES {{bucketTables}}
#define KEY_WORDS {{keyWords}}
{{/if}}

/* Services of balance, backends of all of them, and entries of all their Maglev tables. */
#define SERVICES {{services}}
{{#if services}}
#define BACKENDS {{backends}}
/* Services that remember flows. */
#define FLOW_TABLES {{flowTables}}
/* Whether some service leaves to this host what its sockets take. */
#define ASKS_SOCKETS {{asksSockets}}
#define MAGLEV_ENTRIES {{entries}}
{{/if}}

/* Stateless filters, and the rules that they begin with; -1: there is none for that way. */
#define FILTERS {{filters}}
{{#if filters}}
#define FILTER_INPUT {{filterInput}}
#define FILTER_FORWARD {{filterForward}}
{{/if}}
{{#if interfaces}}

/* Interfaces that the program runs on. */
#define INTERFACES {{interfaces}}
{{/if}}

{{> rowsAndTables}}

#endif
`;

/** templates/rows-and-tables.hbs */
export const rowsAndTables = `/* For each field that rules test, the row of the packet's value. */
struct rows {
{{#each fields}}
	__u32 {{name}};
{{/each}}
};

/*
 * Tables that lead from a value to its row:
 * - rows alone: one for each value;
 * - lows and rows: ranges by their first values, ascending; high and low: the halves of those. The last is repeated;
 * - blocks and entries: ranges in blocks, see row_in_blocks.
 */
{{#each fields}}
{{#each tables}}

/* {{meaning}}{{#if family}}, IPv{{family}}{{/if}} */
struct {{name}}_table {
{{#each columns}}
	{{type}} {{name}}[{{length}}];
{{/each}}
};
{{/each}}
{{/each}}
`;

/** templates/xdp-program.hbs */
export const xdpProgram = `/*
 * {{blocks}} of {{policy}}, for target {{target}}: every frame that comes in, before the kernel looks at it.
 *
 * Made by Sluice, build {{build}}.
{{#each remarks}}
 * {{this}}
{{/each}}
{{#if rules}}
 *
 * All {{rules}} rules are found at once. For each field that rules test, a table leads from the packet's value to a row of
 * bits, one for each rule: set where the rule asks nothing of the field, or is content with the value. The rules whose bit
 * is set in every field's row are those that the packet meets; the lowest comes first. So rules are data, in maps/, and this
 * text is as long for ten rules as for ten thousand. Which bit is which rule, and its line, stands in maps/rules.txt.
 *
 * What is the policy's own stands here; what all policies have in common, in program/.
{{/if}}
 */
{{#unless rules}}
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
{{else}}
#include "policy.h"
{{#if services}}
#include "program/balance.h"
{{/if}}
{{#if conditions}}
#include "program/conditions.h"
{{/if}}
{{#if filters}}
#include "program/filter.h"
{{/if}}
{{#if hasLimits}}
#include "program/limits.h"
{{/if}}
{{#if hasMemories}}
#include "program/memories.h"
{{/if}}
#include "program/packet.h"
#include "program/tables.h"
#include "program/walk.h"
{{#if zones}}
#include "program/zones.h"
{{/if}}
{{/unless}}
{{> fieldTables}}
{{#if fieldsRead}}

/* --- Fields that conditions read --- */

static __always_inline int read_field(const struct packet *packet, __u32 field, struct wide *value)
{
	switch (field) {
{{#each fieldsRead}}
	case {{@index}}: /* {{meaning}} */
		return {{read}};
{{/each}}
	default:
		return 0;
	}
}
{{/if}}
{{#if rules}}

{{> findRows}}
{{/if}}

/* --- The program --- */

SEC("xdp")
int sluice(struct xdp_md *context)
{
{{#if rules}}
	const __u32 zero = 0;
	struct scratch *own = bpf_map_lookup_elem(&scratch, &zero);

{{#if filters}}
	if (!own)
		return XDP_PASS;
	if (!parse(context, &own->packet))
		return has_more_tags(context) ? XDP_DROP : XDP_PASS;
{{else}}
	if (!own || !parse(context, &own->packet))
		return XDP_PASS;
{{/if}}
{{#if zones}}
	own->packet.zone = zone_of(context, &own->packet);
{{/if}}
{{#if services}}
	own->packet.balanced = balanced_of(&own->packet);
	const int verdict = judge(context, &own->packet, &own->place);

	if (own->place.service == ABSENT)
		return verdict;
	return balance(context, &own->packet, &own->balancing, own->place.service);
{{else}}
	return judge(context, &own->packet, &own->place);
{{/if}}
{{else}}
	(void)context;
	return XDP_PASS;
{{/if}}
}

{{#if asksRoutes}}
/* The kernel tells routes and neighbours to programs under the GPL only; this one is under Apache-2.0 or GPL-2.0, as you like. */
char _license[] SEC("license") = "GPL";
{{else}}
char _license[] SEC("license") = "Apache-2.0";
{{/if}}
`;
