/*
 * Tables: maps whose contents the loader copies from maps/NAME.bin, and how a value leads to its place in one.
 *
 * A search halves what is left in each step, without a branch: that is faster, and the verifier has one path to follow.
 */
#ifndef SLUICE_TABLES_H
#define SLUICE_TABLES_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the tables in maps/ are written for machines with the low byte first"
#endif

/* A map of `count` elements, by number. */
#define TABLE(name, element, count)                \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);  \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, count);        \
		__type(key, __u32);                \
		__type(value, element);            \
	} name SEC(".maps")

#define LENGTH_OF(array) (sizeof(array) / sizeof *(array))

/* What a table of one element holds. */
static __always_inline const void *only_element(void *table)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(table, &zero);
}

/* 1 where a <= b, else 0, by the borrow of b - a: no branch. For values of up to 63 bits. */
static __always_inline __u64 is_at_most(__u64 a, __u64 b)
{
	__u64 difference = b - a;

	/* Compilers that see the comparison in it (clang 19) make a branch of it again. */
	barrier_var(difference);
	return difference >> 63 ^ 1;
}

/* The place of the last of `size` ascending numbers that is not above the value. The size is a power of two, the first is 0. */
static __always_inline __u64 last_at_most(const __u32 *numbers, __u64 size, __u32 value)
{
	__u64 at = 0;

#pragma unroll
	for (__u64 step = size / 2; step > 0; step /= 2)
		at += step & -is_at_most(numbers[at + step], value);
	return at;
}

/* 1 where a borrow is left over from a - b, else 0. */
static __always_inline __u64 borrow_of(__u64 a, __u64 b, __u64 difference)
{
	return ((~a & b) | (~(a ^ b) & difference)) >> 63;
}

/* 1 where a <= b, else 0, for numbers of 128 bits in two halves: by the borrow of b - a. */
static __always_inline __u64 is_at_most_wide(__u64 a_high, __u64 a_low, __u64 b_high, __u64 b_low)
{
	const __u64 borrow = borrow_of(b_low, a_low, b_low - a_low);

	return borrow_of(b_high, a_high, b_high - a_high - borrow) ^ 1;
}

/* The same for numbers of 128 bits, their halves in two arrays. */
static __always_inline __u64 last_at_most_wide(const __u64 *highs, const __u64 *lows, __u64 size, __u64 high, __u64 low)
{
	__u64 at = 0;

#pragma unroll
	for (__u64 step = size / 2; step > 0; step /= 2)
		at += step & -is_at_most_wide(highs[at + step], lows[at + step], high, low);
	return at;
}

/*
 * The row of an IPv4 address: its upper half leads to a block of entries, of which a word says where they begin (the lower half)
 * and how many they are (the upper). A binary search finds the last that begins at the address's lower half or below. An entry
 * holds the lower half of the first address in its upper, and the row in its lower 16 bits.
 * The loader changes blocks while the program runs, by writing that word: it is read once.
 */
static __always_inline __u32 row_in_blocks(const __u64 *blocks, const __u32 *entries, __u64 size, __u32 address)
{
	const __u64 block = *(const volatile __u64 *)&blocks[address >> 16];
	__u64 at = block & 0xffffffff;
	__u64 left = block >> 32;

#pragma unroll
	for (int step = 0; step < 16; step++) {
		const __u64 half = left / 2;

		if (left <= 1 || at + half >= size)
			break;
		at += half & -is_at_most(entries[at + half] >> 16, address & 0xffff);
		left -= half;
	}
	return at < size ? entries[at] & 0xffff : 0;
}

#endif
