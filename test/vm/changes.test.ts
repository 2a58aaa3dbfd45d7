/** Random policies with what only a second kernel has: `tc` takes their queues, and changes lead where the whole does. */
import fastCheck from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { policedPolicy, shapingPolicy } from '../arbitraries/policy/shaping.ts';
import { changeBetween } from '../builders/queues.ts';
import { count, seed } from '../sampling.ts';
import { describeWithMachine, runJobs, type JobResult } from './machine/boot.ts';

const PAIRS = count(30, 200);

/** The same with queues that flows share, and across the queues of the interface, where all rates fit into their parts. */
function withMore({ policy, files }: RandomPolicy, at: number): RandomPolicy {
  const leaf = ['fq_codel', 'sfq', 'fq', 'cake', 'fq_codel ecn', 'fq_codel noecn', 'cake ecn'][at % 7]!;
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

/** Of those that are policed, of which fewer lead to each other. */
const policedPairs = fastCheck
  .sample(fastCheck.tuple(policedPolicy(), policedPolicy()), { numRuns: PAIRS, seed })
  .flatMap(([before, after]) => changeBetween(before, after) ?? []);

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

const POLICED =
  'for device in uplink0 lan0; do tc filter show dev $device ingress; done; tc actions list action police';
const CUT = "sed 's/ index .*//; s/ ref .*//' | sort";
const POLICED_SCRIPT = `ip link add uplink0 type veth
ip link add lan0 type veth
tc -batch before
tc -batch change
(${POLICED}) | ${CUT} > by-changes
tc -batch after
(${POLICED}) | ${CUT} > whole
diff by-changes whole
tc -batch down
# The kernel takes policers away a moment after what has led to them.
for try in 1 2 3 4 5 6 7 8 9; do (${POLICED}) | grep -q police || exit 0; sleep 1; done
exit 1
`;

describeWithMachine('changes of queues on a second kernel', () => {
  let results: ReadonlyMap<string, JobResult>;

  beforeAll(() => {
    const jobs = (kind: string, script: string, changes: typeof pairs) =>
      changes.map((files, at) => ({ name: `${kind} ${at}`, script, files: { ...files } }));
    results = runJobs([...jobs('queued', SCRIPT, pairs), ...jobs('policed', POLICED_SCRIPT, policedPairs)]);
  });

  test.each([
    ['queued', pairs],
    ['policed', policedPairs],
  ])(`lead where the whole does, %s, of ${PAIRS} pairs of policies`, (kind, changes) => {
    expect(changes.length).toBeGreaterThan(PAIRS / 10);
    for (const [at, { before, change }] of changes.entries()) {
      const { status, output } = results.get(`${kind} ${at}`)!;
      expect(status, `${before}\n--- change ---\n${change}\n---\n${output}`).toBe(0);
    }
  });
});
