/*
 * Maglev's lookup table (Eisenbud et al., NSDI 2016, section 3.4): which backend has which entry. It follows from the backends'
 * addresses, weights and the size alone, and is the table that Sluice's compiler makes of them (maglevTable, whose comment has
 * the details), so that every node and every plane has the same.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../program/jhash.h"
#include "loader.h"

#define OFFSET_SEED 0x6d61676cU
#define SKIP_SEED 0x65762121U
/* `6:`, and the largest number of 128 bits. */
#define LONGEST_NAME 48

/* So many bytes, at most four, as a word with the first byte lowest. */
static uint32_t word_of(const uint8_t *bytes, size_t length)
{
	uint32_t word = 0;

	for (size_t at = 0; at < length && at < 4; at++)
		word |= (uint32_t)bytes[at] << 8 * at;
	return word;
}

/* jhash() of Linux (include/linux/jhash.h), as a machine with the low byte first computes it. */
static uint32_t hash_of(const char *text, uint32_t seed)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t left = strlen(text);
	const uint32_t initial = HASH_INITIAL + (uint32_t)left + seed;
	struct hash_state state = { initial, initial, initial };

	for (; left > 12; left -= 12, bytes += 12) {
		state.a += word_of(bytes, 4);
		state.b += word_of(bytes + 4, 4);
		state.c += word_of(bytes + 8, 4);
		hash_mix(&state);
	}
	if (left == 0)
		return state.c;
	state.a += word_of(bytes, left);
	state.b += left > 4 ? word_of(bytes + 4, left - 4) : 0;
	state.c += left > 8 ? word_of(bytes + 8, left - 8) : 0;
	return hash_final(&state);
}

/* A backend that has a share, and how far it has come in taking entries. */
struct turn {
	char name[LONGEST_NAME];
	uint16_t number;
	uint32_t weight;
	uint32_t next; /* the entry that it wants next */
	uint32_t skip;
	uint32_t taken;
};

/* `4:167772161`: its family, and its address as a number. */
static void write_name(const struct backend *backend, char name[LONGEST_NAME])
{
	const int length = backend->family == 4 ? 4 : 16;
	char digits[LONGEST_NAME];
	unsigned __int128 value = 0;
	int at = LONGEST_NAME - 1;

	for (int byte = 0; byte < length; byte++)
		value = value << 8 | backend->address[byte];
	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + (int)(value % 10));
	while (value /= 10);
	snprintf(name, LONGEST_NAME, "%u:%s", backend->family, digits + at);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct turn *)a)->name, ((const struct turn *)b)->name);
}

/* Those that are up and have a share, in the order in which they take turns; gives how many. */
static uint32_t take_turns(const struct backend *backends, const struct pool *pool, struct turn *turns)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < pool->backends; i++) {
		const struct backend *backend = &backends[pool->first_backend + i];

		if (backend->is_down || backend->weight == 0)
			continue;
		struct turn *turn = &turns[count++];

		write_name(backend, turn->name);
		turn->number = (uint16_t)(pool->first_backend + i);
		turn->weight = backend->weight;
		turn->next = hash_of(turn->name, OFFSET_SEED) % pool->entries;
		turn->skip = hash_of(turn->name, SKIP_SEED) % (pool->entries - 1) + 1;
		turn->taken = 0;
	}
	qsort(turns, count, sizeof *turns, compare_names);
	return count;
}

/* The backend takes the next entry of its own that is free. */
static void take_entry(struct turn *turn, uint16_t *table, uint32_t entries)
{
	uint32_t entry = turn->next;

	while (table[entry] != NO_BACKEND)
		entry = (uint32_t)(((uint64_t)entry + turn->skip) % entries);
	table[entry] = turn->number;
	turn->next = (uint32_t)(((uint64_t)entry + turn->skip) % entries);
	turn->taken++;
}

static void fill_table(struct turn *turns, uint32_t count, uint16_t *table, uint32_t entries)
{
	uint32_t left = count ? entries : 0, greatest = 0;

	for (uint32_t i = 0; i < count; i++)
		greatest = turns[i].weight > greatest ? turns[i].weight : greatest;
	for (uint64_t round = 1; left; round++)
		for (uint32_t i = 0; i < count && left; i++) {
			if (round * turns[i].weight < (uint64_t)turns[i].taken * greatest)
				continue;
			take_entry(&turns[i], table, entries);
			left--;
		}
}

uint16_t *make_table(const struct backend *backends, const struct pool *pool)
{
	uint16_t *table = malloc(pool->entries * sizeof *table);
	struct turn *turns = malloc((pool->backends + 1) * sizeof *turns);

	if (!table || !turns) {
		free(table);
		free(turns);
		return NULL;
	}
	memset(table, 0xff, pool->entries * sizeof *table);
	fill_table(turns, take_turns(backends, pool, turns), table, pool->entries);
	free(turns);
	return table;
}
