/*
 * The class of a packet that leaves: the program writes its number as the packet's priority, by which the queues behind it (HTB) know
 * the class, without any filter. It stands before them (tcx at egress), and is asked outside of their lock.
 *
 * Only what a packet and all of its fragments have in common is read: the headers of IP, without what is behind them.
 */
#ifndef SLUICE_LEAVING_H
#define SLUICE_LEAVING_H

#include "headers.h"
#include "place.h"
#include "tables.h"

/* What comes next at the hook, and then the queues, get the packet (TC_ACT_UNSPEC). */
#define GO_ON (-1)

struct rule {
	__u32 number; /* of the class; 0: it is that of the row of a table */
	__u32 field;  /* by which the row is found, as class_of_row knows it */
	__u32 column; /* of the classes that the field's value has */
	__u32 unused;
};

/* Key: a rule's number. */
TABLE(rules, struct rule, RULES);

#if CLASS_COLUMNS
/* Numbers of classes that a row of rules has: one for each rule that finds its class by the field. */
struct row_classes {
	__u32 numbers[CLASS_COLUMNS];
};

/* In the policy's own text: the number of the class that the packet's value of a field has. */
static __u32 class_of_row(const struct rows *rows, __u32 field, __u32 column);

static __always_inline __u32 class_in(void *classes_of_field, const __u32 *row, __u32 column)
{
	const struct row_classes *classes = bpf_map_lookup_elem(classes_of_field, row);

	/* What is checked must be what is used, for the verifier. */
	barrier_var(column);
	return classes && column < CLASS_COLUMNS ? classes->numbers[column] : 0;
}
#endif

/* Bytes of a frame that are read. */
#define READ_BYTES (sizeof(struct ethernet_header) + sizeof(struct ipv6_header))

/* Has the bytes that are read lie in one piece, as they mostly do. */
static __always_inline void bring_together(struct __sk_buff *context)
{
	__u64 length = (void *)(long)context->data_end - (void *)(long)context->data;

	/* The difference of pointers is one of 64 bits, for the verifier. */
	barrier_var(length);
	if (length < READ_BYTES && length < context->len)
		bpf_skb_pull_data(context, context->len < READ_BYTES ? context->len : READ_BYTES);
}

/* Reads a packet; 0: it is none of IP. A tag shows that it has left by another interface, one of a VLAN, before. */
static __always_inline int read_leaving(struct __sk_buff *context, struct packet *packet)
{
	if (context->vlan_present)
		return 0;
	bring_together(context);
	const __u32 at = sizeof(struct ethernet_header);
	const struct ethernet_header *ethernet = frame_at(context, 0, at);

	if (!ethernet)
		return 0;
	packet->mark = context->mark & MARK_BITS;
	if (ethernet->type == ETHERTYPE_IPV4)
		return read_ipv4(context, packet, at) != NULL;
	/* What protocol it is stands behind extension headers, which fragments may not have. */
	packet->protocol = ABSENT;
	return ethernet->type == ETHERTYPE_IPV6 && read_ipv6(context, packet, at);
}

/* Gives the packet the class that the rule with this number says; where there is no such rule, it stays as it is. */
static __always_inline void choose_class(struct __sk_buff *context, const struct place *place, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return;
	__u32 class = rule->number;

#if CLASS_COLUMNS
	if (!class)
		class = class_of_row(&place->rows, rule->field, rule->column);
#else
	(void)place;
#endif
	if (class)
		context->priority = class;
}

#endif
