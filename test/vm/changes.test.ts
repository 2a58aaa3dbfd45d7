/** Random policies with what only a second kernel has: `tc` takes their queues, and changes lead where the whole does. */
import fastCheck from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { shapingPolicy } from '../arbitraries/policy/shaping.ts';
import { changeBetween } from '../builders/queues.ts';
import { count, seed } from '../sampling.ts';
import { describeWithMachine, runJobs, type JobResult } from './machine/boot.ts';

const PAIRS = count(30, 200);

/** The same with queues that flows share, and across the queues of the interface, where all rates fit into their parts. */
function withMore({ policy, files }: RandomPolicy, at: number): RandomPolicy {
  const leaf = ['fq_codel', 'sfq', 'fq', 'cake'][at % 4]!;
  const more = policy
    .replaceAll('latency 50ms leaf pfifo', 'latency 50ms')
    .replaceAll('leaf pfifo', `leaf ${leaf}`)
    .replaceAll('default unshaped', 'default fair')
    .replace('egress rate 1gbit', 'egress rate 8gbit across 8 queues');
  return { policy: more, files };
}

const pairs = fastCheck
  .sample(fastCheck.tuple(shapingPolicy(), shapingPolicy()), { numRuns: PAIRS, seed })
  .flatMap(([before, after], at) => changeBetween(withMore(before, at), withMore(after, at)) ?? []);

const SHOWN = 'for device in uplink0 lan0; do tc class show dev $device; tc qdisc show dev $device; done | sort';
const SCRIPT = `ip link add uplink0 numtxqueues 8 type veth
ip link add lan0 type veth
tc -batch before
tc -batch change
${SHOWN} > by-changes
tc filter show dev uplink0 egress > filters
tc -batch after
${SHOWN} > whole
diff by-changes whole
tc filter show dev uplink0 egress | sed 's/ index .*//' > again
sed 's/ index .*//' filters | diff - again
tc -batch down
`;

describeWithMachine('changes of queues on a second kernel', () => {
  let results: ReadonlyMap<string, JobResult>;

  beforeAll(() => {
    results = runJobs(
      pairs.map(({ before, after, change, down }, at) => ({
        name: String(at),
        script: SCRIPT,
        files: { before, after, change, down },
      })),
    );
  });

  test(`lead where the whole does, of ${PAIRS} pairs of policies`, () => {
    expect(pairs.length).toBeGreaterThan(PAIRS / 10);
    for (const [at, { before, change }] of pairs.entries()) {
      const { status, output } = results.get(String(at))!;
      expect(status, `${before}\n--- change ---\n${change}\n---\n${output}`).toBe(0);
    }
  });
});
