/*
 * Bob Jenkins' hash (lookup3.c, 2006) as Linux computes it in include/linux/jhash.h: for the program, of packets, and for the
 * loader, of the names of backends.
 */
#ifndef SLUICE_JHASH_H
#define SLUICE_JHASH_H

#include <linux/types.h>

/* JHASH_INITVAL, "an arbitrary initial parameter" */
#define HASH_INITIAL 0xdeadbeefU

struct hash_state {
	__u32 a, b, c;
};

static __always_inline __u32 rotate_left(__u32 word, int bits)
{
	return word << bits | word >> (32 - bits);
}

/* __jhash_mix */
static __always_inline void hash_mix(struct hash_state *state)
{
	__u32 a = state->a, b = state->b, c = state->c;

	a = (a - c) ^ rotate_left(c, 4);
	c += b;
	b = (b - a) ^ rotate_left(a, 6);
	a += c;
	c = (c - b) ^ rotate_left(b, 8);
	b += a;
	a = (a - c) ^ rotate_left(c, 16);
	c += b;
	b = (b - a) ^ rotate_left(a, 19);
	a += c;
	c = (c - b) ^ rotate_left(b, 4);
	b += a;
	state->a = a;
	state->b = b;
	state->c = c;
}

/* __jhash_final */
static __always_inline __u32 hash_final(struct hash_state *state)
{
	__u32 a = state->a, b = state->b, c = state->c;

	c = (c ^ b) - rotate_left(b, 14);
	a = (a ^ c) - rotate_left(c, 11);
	b = (b ^ a) - rotate_left(a, 25);
	c = (c ^ b) - rotate_left(b, 16);
	a = (a ^ c) - rotate_left(c, 4);
	b = (b ^ a) - rotate_left(a, 14);
	c = (c ^ b) - rotate_left(b, 24);
	return c;
}

#endif
