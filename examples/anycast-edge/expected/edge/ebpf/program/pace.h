/* What a limit asks, and what its bucket answers. */
#ifndef SLUICE_PACE_H
#define SLUICE_PACE_H

#include <linux/types.h>

/* How fast a bucket fills, and how much it holds. */
struct pace {
	__u64 period;	/* ticks for each packet, byte or bit */
	__u64 burst;	/* packets, bytes or bits */
	__u64 clock;	/* ticks in a nanosecond */
	__u64 per_byte; /* what a byte counts; 0: packets count, one each */
};

enum limit_answer {
	DOES_NOT_CONFORM,
	CONFORMS,
	TABLE_IS_FULL,
	LACKS_KEY,
	LOST_RACE, /* another processor was faster: no answer yet */
};

#endif
