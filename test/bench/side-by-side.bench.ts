/**
 * The same rules through each tool, side by side: does the result load, what is left of the rules, what did it take, and
 * what does a packet cost that is let through, and one that is dropped. Real dumps, and the ClassBench sets.
 * `SLUICE_BENCH_SETS=office,fw1_1k` measures only these.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { linearIptables, linearNft } from '../builders/classbench/linear-rules.ts';
import {
  CLASSBENCH_INTERFACES,
  isForwardable,
  packetBytes,
  packetFor,
  randomFrom,
  type Random,
} from '../builders/classbench/packets.ts';
import { formatIpv4, parseIpv4Prefix } from '../../compiler/net/address.ts';
import type { Lab } from '../../cli/lab/lab.ts';
import { encodePacket, type Transport } from '../../cli/lab/packet.ts';
import { networkOf } from '../kernel/import/dump-network.ts';
import { sharedBytes } from '../shared-data.ts';
import { costOf } from './campus/router.ts';
import { median } from './medians.ts';
import { contend, NO_RULES, type Input, type Result } from './side-by-side/contenders.ts';

const DUMPS = ['home_router', 'server', 'testbed', 'office', 'company'];
const SETS = CLASSBENCH_SEEDS.flatMap((seed) => [`${seed}_1k`, `${seed}_10k`]);
const wanted = process.env['SLUICE_BENCH_SETS']?.split(',') ?? [...DUMPS, ...SETS];
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 3);
const DIFFERENT = 4000;
const PACKETS = 40_000;
/** Fewer different packets of a kind are no measure. */
const FEWEST = 50;
const DROPPED = 'dropped';

/** An input, and a packet of it for a router's first interface. */
interface Entry extends Input {
  readonly draw: (random: Random, id: number) => Uint8Array;
}

describe('side by side', () => {
  for (const name of wanted) {
    test(name, async (context) => {
      const entry = DUMPS.includes(name) ? dumpEntry(context, name) : classbenchEntry(context, name);
      const folder = mkdtempSync(join(tmpdir(), 'sluice-side-by-side-'));
      const results = await contend(entry, folder);
      try {
        const [original] = results;
        if (!original?.lab) throw new Error(`the original does not load: ${original?.failure}`);
        const kinds = await framesOf(entry, original.lab);
        const costs = new Map<string, Map<string, number>>();
        for (const [kind, frames] of kinds) costs.set(kind, await costsOf(results, kind, entry, frames));
        console.log(tableOf(name, results, costs));
        expect.soft(results.find(({ tool }) => tool === 'sluice')?.failure).toBeUndefined();
      } finally {
        for (const { lab } of results) await lab?.destroy();
        rmSync(folder, { recursive: true });
      }
    });
  }
});

function classbenchEntry(context: TestContext, name: string): Entry {
  const [seed = '', size] = name.split('_');
  const path = classbenchPath(seed, size === '10k' ? '10k' : '1k');
  const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, path)));
  return {
    name,
    dump: linearIptables(rules),
    nft: linearNft(rules),
    policy: classbenchPolicy(rules, { reserve: true }),
    interfaces: CLASSBENCH_INTERFACES,
    draw: (random, id) => {
      for (;;) {
        const packet = packetFor(rules[random(rules.length)]!, random);
        if (isForwardable(packet)) return packetBytes(packet, id);
      }
    },
  };
}

function dumpEntry(context: TestContext, name: string): Entry {
  const dump = new TextDecoder().decode(sharedBytes(context, `data/iptables/${name}.save`));
  // Addresses and ports that the dump names: what is let through has to do with them.
  const prefixes = [...dump.matchAll(/ -[sd] (\S+)/g)].flatMap(([, text = '']) => parseIpv4Prefix(text) ?? []);
  const ports = [...dump.matchAll(/--[sd]ports? (\d+)/g)].map(([, port]) => Number(port));
  const address = (random: Random): string => {
    const prefix = prefixes[random(prefixes.length)];
    if (prefix === undefined || random(3) === 0) return formatIpv4(0x0b00_0000 + random(0xd000_0000 - 0x0b00_0000));
    return formatIpv4((prefix.address | random(2 ** (32 - prefix.length))) >>> 0);
  };
  return {
    name,
    dump,
    interfaces: networkOf(dump).interfaces,
    draw: (random, id) => {
      const destinationPort = ports.length > 0 && random(2) === 0 ? ports[random(ports.length)]! : random(0x10000);
      const ends = { sourcePort: 1024 + random(0xf000), destinationPort };
      const transport: Transport =
        random(2) === 0 ? { protocol: 'tcp', flags: ['syn'], ...ends } : { protocol: 'udp', ...ends };
      return encodePacket({ version: 4, source: address(random), destination: address(random) }, transport, id);
    },
  };
}

/** Frames at the router's first interface, by what becomes of them under the original. */
async function framesOf(entry: Entry, original: Lab): Promise<[string, Uint8Array[]][]> {
  const random = randomFrom(20_180_501);
  const name = entry.interfaces[0]!.name;
  const frames = Array.from({ length: DIFFERENT }, (_, id) => original.frame(id, name, entry.draw(random, id)));
  const observations = (await original.send([frames])).flat();
  const forwarded = new Set(observations.flatMap(({ id, kind }) => (kind === 'forwarded' ? [id] : [])));
  const seen = new Set(observations.map(({ id }) => id));
  const kinds: [string, Uint8Array[]][] = [
    ['let through', frames.filter(({ id }) => forwarded.has(id)).map(({ bytes }) => bytes)],
    [DROPPED, frames.filter(({ id }) => !seen.has(id)).map(({ bytes }) => bytes)],
  ];
  return kinds.filter(([, some]) => some.length >= FEWEST);
}

/** Nanoseconds for a packet's whole way, by tool: the median of rounds in turns. */
async function costsOf(
  results: readonly Result[],
  kind: string,
  { interfaces }: Entry,
  frames: readonly Uint8Array[],
): Promise<Map<string, number>> {
  const costs = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { tool, lab } of results) {
      if (!lab || (tool === NO_RULES && kind === DROPPED)) continue;
      costs.set(tool, [...(costs.get(tool) ?? []), await costOf(lab, interfaces[0]!.name, frames, PACKETS)]);
    }
  }
  return new Map([...costs].map(([tool, some]) => [tool, median(some)]));
}

function tableOf(name: string, results: readonly Result[], costs: Map<string, Map<string, number>>): string {
  const head = ['tool', 'loads', 'rules', 'elements', 'time', 'memory', ...costs.keys()];
  const rows = results.map((result) => [
    result.tool,
    result.lab ? 'yes' : `no: ${result.failure}`,
    String(result.rules ?? ''),
    String(result.elements ?? ''),
    `${result.seconds.toFixed(2)} s`,
    `${result.mebibytes.toFixed(0)} MiB`,
    ...[...costs.values()].map((some) =>
      some.has(result.tool) ? `${(some.get(result.tool)! / 1000).toFixed(2)} µs` : '',
    ),
  ]);
  const widths = head.map((word, at) => Math.max(word.length, ...rows.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ');
  return [name, ...[head, ...rows].map((row) => `  ${line(row).trimEnd()}`)].join('\n');
}
