/**
 * The twelve ClassBench sets of 10,000 rules: how long each takes to compile and to load, what is left of it, and what a
 * packet costs beyond an empty chain that ends in the same verdict; beside it what `nft -o` makes of the same rules, one by
 * one, and how many rules of a plain list would cost as much, which says more than nanoseconds where the machine is slow.
 * `SLUICE_BENCH_SETS=fw1,ipc2` measures only these, `SLUICE_BENCH_SIZE=1k` the small ones.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { linearNft } from '../builders/classbench/linear-rules.ts';
import { CLASSBENCH_INTERFACES, packetBytes } from '../builders/classbench/packets.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { sharedBytes } from '../shared-data.ts';
import { kindsOf, WAY_OUT } from './classbench-traffic.ts';
import { compileByCommand } from './compiled-by-command.ts';
import { costsOver } from './packets-in-turns.ts';

const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;
const size = process.env['SLUICE_BENCH_SIZE'] === '1k' ? '1k' : '10k';
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);

const PACKETS = 100_000;
/** Rules of the plain list that says how fast the machine is. */
const REFUSING = 500;
/** Nanoseconds that a packet may cost beyond an empty chain. */
const GOAL = 500;
/** The same in plain rules, of which 10,000 took 36 µs on the machine where the goal was set: what a slow machine can be held to. */
const GOAL_IN_RULES = 139;

describe('ClassBench', () => {
  for (const seed of seeds) {
    test(seed, async (context) => {
      const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, size))));
      const { ruleset, figures, seconds, mebibytes } = compileByCommand(classbenchPolicy(rules, { reserve: true }));
      const labs = new Labs();
      try {
        const sluice = await labs.withRules(ruleset);
        const optimized = await labs.optimized(linearNft(rules));
        const say = (text: string) => console.log(`${seed.padEnd(5)} ${text}`);
        const left = Object.entries(figures).map(([what, count]) => `${count} ${what}`);
        say(
          `${rules.length} rules: ${left.join(', ')}; compiled in ${seconds.toFixed(2)} s, ${mebibytes.toFixed(0)} MiB`,
        );
        say(`loads in ${sluice.seconds.toFixed(2)} s; nft -o: ${optimized.said}`);
        for (const { kind, packets, passes } of kindsOf(rules)) {
          const policy = passes ? 'accept' : 'drop';
          const empty = await labs.plain(policy, 0);
          const frames = packets.map((packet, id) => empty.frame(id, 'in0', packetBytes(packet, id)).bytes);
          const others = [
            await labs.plain(policy, REFUSING),
            sluice.lab,
            ...(optimized.lab === undefined ? [] : [optimized.lab]),
          ];
          const traffic = { interface: 'in0', frames, packets: PACKETS };
          const { empty: base, over } = await costsOver(empty, others, traffic, rounds);
          const [refusing, own, theirs] = over;
          const beside = theirs === undefined ? '' : `, nft -o ${inMicroseconds(theirs)}`;
          const asRules = Math.round((own! / refusing!) * REFUSING);
          say(
            `${kind}: ${inMicroseconds(own!)} over an empty chain, as ${asRules} rules that refuse; ` +
              `the empty chain takes ${inMicroseconds(base)}${beside}`,
          );
          expect.soft(own, `${seed}: ${kind}`).toBeLessThanOrEqual(GOAL);
          expect.soft(asRules, `${seed}: ${kind}, in plain rules`).toBeLessThanOrEqual(GOAL_IN_RULES);
          // Within what one run differs from another.
          expect.soft(own, `${seed}: ${kind}`).toBeLessThanOrEqual(Math.max(50, (theirs ?? Infinity) * 1.1));
        }
      } finally {
        await labs.destroy();
      }
    });
  }
});

function inMicroseconds(nanoseconds: number): string {
  return `${(nanoseconds / 1000).toFixed(2)} µs`;
}

/** A router of each kind that a measurement needs, made once, and taken down at the end. */
class Labs {
  readonly #labs: Lab[] = [];
  readonly #plain = new Map<string, Lab>();

  async #make(): Promise<Lab> {
    const lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
    this.#labs.push(lab);
    await lab.load(WAY_OUT);
    return lab;
  }

  /** One whose forward chain holds so many rules that no packet meets, each with an address to compare, and its policy. */
  async plain(policy: 'accept' | 'drop', rules: number): Promise<Lab> {
    const name = `${policy} ${rules}`;
    const known = this.#plain.get(name);
    if (known !== undefined) return known;
    const lab = await this.#make();
    const list = Array.from({ length: rules }, () => 'ip saddr 255.255.255.255 drop').join('\n');
    await lab.load(
      `table inet plain { chain f { type filter hook forward priority filter; policy ${policy};\n${list}\n}; }`,
    );
    this.#plain.set(name, lab);
    return lab;
  }

  /** With the rule set, and how long it took to load. */
  async withRules(ruleset: string): Promise<{ readonly lab: Lab; readonly seconds: number }> {
    const lab = await this.#make();
    const started = performance.now();
    await lab.load(ruleset);
    return { lab, seconds: (performance.now() - started) / 1000 };
  }

  /** With what `nft -o` makes of the rules, where that loads; in any case what became of it. */
  async optimized(ruleset: string): Promise<{ readonly lab?: Lab; readonly said: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-classbench-'));
    const lab = await this.#make();
    try {
      const file = join(folder, 'rules.nft');
      writeFileSync(file, ruleset);
      const started = performance.now();
      const failure = await lab.exec(['timeout', '600', 'nft', '-o', '-f', file]).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      const seconds = `${((performance.now() - started) / 1000).toFixed(2)} s`;
      if (failure === undefined) return { lab, said: `loads in ${seconds}` };
      const why = failure.split('\n').find((line) => /error|assert|abort/i.test(line)) ?? failure.split('\n')[0]!;
      return { said: `does not load (${seconds}): ${why.replace(/^\S*rules\.nft:/, '').slice(0, 160)}` };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  async destroy(): Promise<void> {
    for (const lab of this.#labs) await lab.destroy();
  }
}
