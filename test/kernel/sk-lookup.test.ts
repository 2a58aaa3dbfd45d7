/** Packets that a socket is looked for, in the kernel, get the one that the reference says. */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { dispatchPolicy } from '../arbitraries/policy/dispatch.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { count, seed } from '../sampling.ts';
import { compileForLookup, runLookups, tryToCompile, type Compiled, type Opened } from './sk-lookup/build.ts';
import { drawPackets, referenceAnswer } from './sk-lookup/packets.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const POLICIES = count(8, 200);
const PACKETS = count(10_000, 25_000);

const SOCKETS: ReadonlyMap<string, Opened> = new Map([
  ['web', 'all'],
  ['resolver', 'all'],
  ['spectrum', 'dual'],
  ['nobody', 'none'],
]);

interface Comparison {
  readonly differences: readonly string[];
  /** How many packets got each answer. */
  readonly answers: ReadonlyMap<string, number>;
  readonly verified: number;
}

function compare({ policy, program, artifacts }: Compiled, many: number, random = randomFrom(seed)): Comparison {
  const packets = drawPackets(program, many, random);
  const { answers, stats, verified } = runLookups(artifacts, SOCKETS, packets);
  const tallies = new Map<string, number>();
  const differences = packets.flatMap((packet, number) => {
    const wanted = referenceAnswer(policy, SOCKETS, packet);
    tallies.set(wanted, (tallies.get(wanted) ?? 0) + 1);
    if (answers[number] === wanted) return [];
    const { source, destination, ...rest } = packet;
    return [
      `${answers[number]}, not ${wanted}: ${source.toString(16)} ${destination.toString(16)} ${JSON.stringify(rest)}`,
    ];
  });
  const counted = [...stats.matchAll(/: (\d+) lookups, (\d+) refused$/gm)];
  const sum = (which: number) => counted.reduce((total, match) => total + Number(match[which]), 0);
  expect([sum(1), sum(2)]).toEqual([packets.length - (tallies.get("nobody's") ?? 0), tallies.get('refused') ?? 0]);
  return { differences, answers: tallies, verified };
}

describeWithXdp('dispatch at sk_lookup', () => {
  test('random policies, on packets for their rules', () => {
    const policies = fastCheck.sample(dispatchPolicy(), { seed, numRuns: 8 * POLICIES });
    const answers = new Map<string, number>();
    let compared = 0;
    for (const [number, { policy, files }] of policies.entries()) {
      if (compared >= POLICIES) break;
      // Empty sets and the like: not what this is about.
      const built = tryToCompile(policy, files);
      if (!built) continue;
      const result = compare(built, PACKETS, randomFrom(seed + number));
      expect(result.differences.slice(0, 5).join('\n'), policy).toBe('');
      compared++;
      for (const [answer, many] of result.answers) answers.set(answer, (answers.get(answer) ?? 0) + many);
    }
    expect(compared).toBe(POLICIES);
    for (const answer of [...SOCKETS.keys()].filter((name) => name !== 'nobody').concat('refused', "nobody's")) {
      expect(answers.get(answer), answer).toBeGreaterThan((POLICIES * PACKETS) / 50);
    }
  });

  test('rules are data, of which the verifier sees nothing', () => {
    const verified = [100, 600, 5000].map((many) => {
      const rules = Array.from({ length: many }, (_, n) => {
        const name = ['web', 'resolver', 'spectrum', 'nobody'][n % 4];
        const net = `10.${n >> 8}.${n & 255}.0/${24 + (n % 8)}, 2001:db8:${n.toString(16)}::/48`;
        return `${n % 3 === 0 ? 'tcp' : `udp/${n % 50}-${n}`} to ${net} -> socket ${name}`;
      });
      const built = compileForLookup(`dispatch { ${rules.join('\n')} } target edge { sk_lookup }`);
      const result = compare(built, count(500, 5000));
      expect(result.differences.slice(0, 5)).toEqual([]);
      return result.verified;
    });
    expect(Math.max(...verified)).toBeLessThan(3000);
  });

  test('a policy without a rule gives nothing to anybody', () => {
    const { artifacts } = compileForLookup('dispatch { } target edge { sk_lookup }');
    const packet = { family: 4, protocol: 6, source: 1n, destination: 2n, sourcePort: 3, destinationPort: 4 } as const;
    expect(runLookups(artifacts, new Map(), [packet]).answers).toEqual(["nobody's"]);
  });
});
