/**
 * A million prefixes of mixed lengths at XDP: what finding one costs in the policy's table, and in a kernel LPM trie of the
 * same prefixes, with random sources, in one run; how long each takes to fill; and how long the loader takes to load it all, to
 * put another build in its place, to change one prefix in what runs, and to add one address to what is remembered.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatIpv4 } from '../../compiler/net/address.ts';
import { randomFrom, type Random } from '../builders/classbench/packets.ts';
import type { Artifact, FormerBuild } from '../../compiler/plane.ts';
import { compileForXdp, formerOf, shell } from '../kernel/xdp/build.ts';
import { buildProgram, buildTool, writeInto } from './bpf-programs.ts';
import { median } from './medians.ts';

const prefixes = Number(process.env['SLUICE_BENCH_PREFIXES'] ?? 1_000_000);
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 9);
/** `SOURCES` of lookup.bpf.c. */
const SOURCES = 1 << 20;

/** How many times faster than the trie finding one and filling are to be. */
const FASTER = 5;
/** Milliseconds in which the loader is to be done. */
const LOADED_IN = 2000;
/** Milliseconds that one address more or less may take, while the program runs, beyond the start of a process. */
const CHANGED_IN = 10;

interface Prefix {
  readonly address: number;
  readonly length: number;
}

interface Round {
  readonly look_nowhere: number;
  readonly look_in_table: number;
  readonly look_in_trie: number;
  /** How many of the round's sources were found. */
  readonly look_in_table_found: number;
  readonly look_in_trie_found: number;
}

interface Measured {
  /** Milliseconds that filling took. */
  readonly table: number;
  readonly trie: number;
  readonly rounds: readonly Round[];
}

test('a million prefixes, against a trie of the kernel', () => {
  const random = randomFrom(7);
  const list = drawPrefixes(random);
  const { table, trie, rounds: measured } = measure(list, drawSources(list, random));
  for (const round of measured) expect(round.look_in_table_found).toBe(round.look_in_trie_found);
  const cost = (kind: 'look_in_table' | 'look_in_trie') =>
    median(measured.map((round) => round[kind] - round.look_nowhere));
  const [ours, theirs] = [cost('look_in_table'), cost('look_in_trie')];
  console.log(
    `${list.length} prefixes: ${ours.toFixed(0)} ns in the table, ${theirs.toFixed(0)} ns in the trie ` +
      `(${(theirs / ours).toFixed(1)} times, and ${FASTER} are the goal); filled in ${table.toFixed(0)} ms and ${trie.toFixed(0)} ms ` +
      `(${(trie / table).toFixed(1)} times, and ${FASTER} are the goal)`,
  );
  expect.soft(theirs / ours).toBeGreaterThanOrEqual(FASTER);
  expect.soft(trie / table).toBeGreaterThanOrEqual(FASTER);
});

test('a million prefixes, by the loader', () => {
  const list = drawPrefixes(randomFrom(7));
  const banned = { memory: 'memory banned(address: ip) keys 1000000', also: ' + banned' };
  const [all, fewer] = [list, list.slice(1)].map((blocked) => artifactsOf(blocked, banned, 'whole'));
  const builds = [
    artifactsOf(list, banned, 'all', formerOf('fewer', fewer!)),
    artifactsOf(list.slice(1), banned, 'fewer', formerOf('all', all!)),
  ];
  const timed = (command: string) => `begin=$(date +%s%N); ${command}; echo $((($(date +%s%N) - begin) / 10000))`;
  const steps = Array.from({ length: rounds }, (_, at) => [
    `load ${(at + 1) % 2} change`,
    `load 0 remember banned 192.0.2.${at}`,
    // What it takes to start a process.
    '/bin/true',
  ]).flat();
  const output = shell(
    builds,
    [],
    ['eth0'],
    [...['load 0 up', 'load 1 replace', 'load 0 replace', ...steps].map(timed), 'load 0 down'].join('\n'),
  );
  const times = output
    .toString()
    .trim()
    .split('\n')
    .map((line) => Number(line) / 100);
  const [loaded, replaced, , ...others] = times as [number, number, number, ...number[]];
  const [changed, remembered, started] = [0, 1, 2].map((kind) => median(others.filter((_, at) => at % 3 === kind))) as [
    number,
    number,
    number,
  ];
  console.log(
    `${list.length} prefixes: loaded in ${loaded.toFixed(0)} ms (${LOADED_IN} are the goal); a build with one less put in their place in ` +
      `${replaced.toFixed(0)} ms; one less or one more changed in what runs in ${changed.toFixed(1)} ms, and one address remembered in ` +
      `${remembered.toFixed(1)} ms (${CHANGED_IN} are the goal beyond the ${started.toFixed(1)} ms of a process that does nothing)`,
  );
  expect.soft(loaded).toBeLessThanOrEqual(LOADED_IN);
  expect.soft(replaced).toBeLessThanOrEqual(LOADED_IN);
  expect.soft(changed - started).toBeLessThanOrEqual(CHANGED_IN);
  expect.soft(remembered - started).toBeLessThanOrEqual(CHANGED_IN);
});

/** Most are /24, as in lists of the internet; no two alike. */
function drawPrefixes(random: Random): Prefix[] {
  // Of a hundred; few short ones, or they would cover the others.
  const shares = { 16: 1, 20: 6, 22: 12, 24: 60, 28: 6, 32: 15 };
  const lengths = Object.entries(shares).flatMap(([length, share]) =>
    Array.from({ length: share }, () => Number(length)),
  );
  const drawn = new Map<string, Prefix>();
  while (drawn.size < prefixes) {
    const length = lengths[random(lengths.length)]!;
    const size = 2 ** (32 - length);
    const address = Math.floor(random(2 ** 32) / size) * size;
    drawn.set(`${address}/${length}`, { address, length });
  }
  return [...drawn.values()];
}

/** Four of five in a prefix. */
function drawSources(list: readonly Prefix[], random: Random): BigUint64Array {
  return BigUint64Array.from({ length: SOURCES }, () => {
    const { address, length } = list[random(list.length)]!;
    return BigInt(random(5) > 0 ? address + random(2 ** (32 - length)) : random(2 ** 32));
  });
}

/** What a policy becomes that drops them, and what a memory has besides; `former`: a build that a change is to lead on from. */
function artifactsOf(
  list: readonly Prefix[],
  { memory = '', also = '' } = {},
  build = 'test',
  former?: FormerBuild,
): readonly Artifact[] {
  const lines = list.map(({ address, length }) => `${formatIpv4(address)}/${length}\n`);
  const text = `zone uplink = eth0
    let blocked from "list.txt"
    ${memory}
    mitigate in uplink { drop from blocked${also} }
    target edge { xdp on eth0 }`;
  return compileForXdp(text, { 'list.txt': lines.join('') }, { build, ...(former && { former }) }).artifacts;
}

function measure(list: readonly Prefix[], sources: BigUint64Array): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-xdp-lookup-'));
  try {
    writeInto(folder, artifactsOf(list));
    writeFileSync(join(folder, 'sources'), sources);
    writeFileSync(join(folder, 'prefixes'), keysOf(list));
    const object = buildProgram(folder, 'xdp-lookup/lookup.bpf.c');
    const files = ['prefixes', 'sources'].map((name) => join(folder, name));
    const output = execFileSync(buildTool('xdp-lookup'), [object, join(folder, 'ebpf/maps'), ...files, String(rounds)]);
    return JSON.parse(output.toString()) as Measured;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `struct lpm_key` for each. */
function keysOf(list: readonly Prefix[]): Uint8Array {
  const bytes = Buffer.alloc(list.length * 8);
  for (const [index, { address, length }] of list.entries()) {
    bytes.writeUInt32LE(length, index * 8);
    bytes.writeUInt32BE(address, index * 8 + 4);
  }
  return bytes;
}
