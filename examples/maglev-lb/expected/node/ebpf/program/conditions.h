/* Conditions that no table finds: they are asked one by one, of packets that the tables have led to a rule that has them. */
#ifndef SLUICE_CONDITIONS_H
#define SLUICE_CONDITIONS_H

#include "../policy.h"
#include "pace.h"
#include "packet.h"
#include "tables.h"

enum condition_kind {
	CONDITION_MASKED,     /* field & mask == value */
	CONDITION_SAME_FIELD, /* field == other_field */
	CONDITION_PAYLOAD,    /* bytes & mask == value */
	CONDITION_SAMPLE,
	CONDITION_LIMIT,
	CONDITION_MEMORY,   /* an address is remembered */
	CONDITION_REMEMBER, /* it is from now on; always holds */
	CONDITION_FORGET,   /* it is no more; always holds */
};

struct condition {
	__u32 kind;
	__u32 negated; /* of a limit: `over` */
	union {
		struct {
			__u32 field; /* a number that read_field knows */
			__u32 other_field;
		};
		struct {
			__u32 first_byte; /* counted from the first behind the header of TCP or UDP */
			__u32 last_byte;  /* at most 16 of them */
		};
		struct {
			__u32 sampled; /* so many packets */
			__u32 of;      /* of so many */
		};
		struct {
			__u32 buckets_ipv4; /* a table's number, see limits.h */
			__u32 buckets_ipv6; /* the same where addresses are in no key */
			__u32 holds_when_full;
			__u32 row; /* of the table that the rule is for */
		};
		struct {
			__u32 memory_ipv4; /* a table's number, see memories.h; ABSENT: there is none for the family */
			__u32 memory_ipv6;
			__u32 of_destination; /* else of the source */
		};
	};
	union {
		struct {
			__u64 value[2]; /* the upper half first */
			__u64 mask[2];
		};
		struct pace pace;
		__u64 lasts; /* nanoseconds that something is remembered; 0: for ever */
	};
};

/* Key: a condition's number. */
TABLE(conditions, struct condition, CONDITIONS);

/* A number of 128 bits. */
struct wide {
	__u64 high;
	__u64 low;
};

/* Whether the number is what a condition wants under its mask. */
static __always_inline __u32 is_wanted(const struct wide *value, const struct condition *condition)
{
	return (value->high & condition->mask[0]) == condition->value[0] &&
	       (value->low & condition->mask[1]) == condition->value[1];
}

#if USES_MASKED || USES_SAME_FIELD
/* An address of the packet as a number. */
static __always_inline int read_address(const struct packet *packet, const __u64 *address, struct wide *value)
{
	value->high = 0;
	value->low = address[0];
	if (packet->family == 6) {
		value->high = address[0];
		value->low = address[1];
	}
	return 1;
}

/* The source MAC of the packet as a number. */
static __always_inline int read_source_mac(const struct packet *packet, struct wide *value)
{
	value->high = 0;
	value->low = packet->source_mac;
	return 1;
}

/* A field of at most 32 bits, which the packet may lack. */
static __always_inline int read_number(__u32 number, struct wide *value)
{
	value->high = 0;
	value->low = number;
	return number != ABSENT;
}

/* In xdp.bpf.c: a field's value as a number; 0: the packet lacks it. */
static int read_field(const struct packet *packet, __u32 field, struct wide *value);

static __always_inline __u32 field_is_wanted(const struct packet *packet, const struct condition *condition)
{
	struct wide value = {};

	return read_field(packet, condition->field, &value) && is_wanted(&value, condition);
}

static __always_inline __u32 fields_are_same(const struct packet *packet, const struct condition *condition)
{
	struct wide value = {}, other = {};

	return read_field(packet, condition->field, &value) && read_field(packet, condition->other_field, &other) &&
	       value.high == other.high && value.low == other.low;
}
#endif

/* The bytes as one number; of a packet that has fewer, they are nothing that could be wanted. */
static __always_inline __u32 payload_is_wanted(struct xdp_md *context, const struct packet *packet,
					       const struct condition *condition)
{
	const __u32 first = condition->first_byte, last = condition->last_byte;
	struct wide value = {};

	if (packet->payload_at == ABSENT || packet->payload_at + last >= packet->end)
		return 0;
	for (__u32 at = 0; at < 16 && first + at <= last; at++) {
		value.high = value.high << 8 | value.low >> 56;
		value.low = value.low << 8 | (byte_at(context, packet, packet->payload_at + first + at) & 0xff);
	}
	return is_wanted(&value, condition);
}

static __always_inline __u32 is_sampled(const struct condition *condition)
{
	return (__u64)bpf_get_prandom_u32() * condition->of >> 32 < condition->sampled;
}

#if USES_LIMIT
/* In limits.h: asks the packet's bucket in the table with this number, and charges it where the packet conforms. */
static enum limit_answer ask_limit(const struct packet *packet, __u32 table, const struct pace *pace);

/* Whether a limit holds; a packet without its key meets neither `over` nor `up to`. */
static __always_inline __u32 limit_holds(struct packet *packet, const struct condition *limit)
{
	const __u32 table = packet->family == 6 ? limit->buckets_ipv6 : limit->buckets_ipv4;

	packet->row = limit->row;
	switch (ask_limit(packet, table, &limit->pace)) {
	case CONFORMS:
		return !limit->negated;
	case DOES_NOT_CONFORM:
		return limit->negated;
	case TABLE_IS_FULL:
		return limit->holds_when_full;
	default:
		return 0;
	}
}
#endif

/* In memories.h. */
#if USES_MEMORY
static __u32 is_remembered(const struct packet *packet, const struct condition *condition);
#endif
#if USES_REMEMBER
static void remember(const struct packet *packet, const struct condition *condition);
#endif
#if USES_FORGET
static void forget(const struct packet *packet, const struct condition *condition);
#endif

/* Whether a condition holds of the packet. */
__noinline int holds(struct xdp_md *context, struct packet *packet, __u32 number)
{
	const struct condition *condition = bpf_map_lookup_elem(&conditions, &number);

	if (!condition || !packet || !context)
		return 0;
	switch (condition->kind) {
#if USES_MASKED
	case CONDITION_MASKED:
		return field_is_wanted(packet, condition) != condition->negated;
#endif
#if USES_SAME_FIELD
	case CONDITION_SAME_FIELD:
		return fields_are_same(packet, condition) != condition->negated;
#endif
#if USES_PAYLOAD
	case CONDITION_PAYLOAD:
		return payload_is_wanted(context, packet, condition) != condition->negated;
#endif
#if USES_SAMPLE
	case CONDITION_SAMPLE:
		return is_sampled(condition);
#endif
#if USES_LIMIT
	case CONDITION_LIMIT:
		return limit_holds(packet, condition);
#endif
#if USES_MEMORY
	case CONDITION_MEMORY:
		return is_remembered(packet, condition) != condition->negated;
#endif
#if USES_REMEMBER
	case CONDITION_REMEMBER:
		remember(packet, condition);
		return 1;
#endif
#if USES_FORGET
	case CONDITION_FORGET:
		forget(packet, condition);
		return 1;
#endif
	default:
		return 0;
	}
}

#endif
