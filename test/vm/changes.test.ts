/** Random policies with what only a second kernel has: `tc` takes their queues, and changes lead where the whole does. */
import fastCheck from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { alonePolicy, policedPolicy, shapingPolicy } from '../arbitraries/policy/shaping.ts';
import { changeBetween, filesOfChange, loadingScript, type QueueChange } from '../builders/queues.ts';
import { count, seed } from '../sampling.ts';
import { describeWithMachine, runJobs, type JobResult } from './machine/boot.ts';

const PAIRS = count(20, 200);

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
  .flatMap(
    ([before, after], at) => changeBetween(at % 3 === 0 ? before : withMore(before, at), withMore(after, at)) ?? [],
  );

const pairsOf = (policies: fastCheck.Arbitrary<RandomPolicy>): readonly QueueChange[] =>
  fastCheck
    .sample(fastCheck.tuple(policies, policies), { numRuns: PAIRS, seed })
    .flatMap(([before, after]) => changeBetween(before, after) ?? []);

const policedPairs = pairsOf(policedPolicy());
const alonePairs = pairsOf(alonePolicy());

const SHOWN = `for device in uplink0 lan0; do
tc class show dev $device; tc qdisc show dev $device; tc filter show dev $device egress | sed 's/ index .*//'; tc filter show dev $device; done | sort`;

/** What is loaded first is what leads from the first build to the second; then, where nothing is left of it, the second alone. */
const scriptOf = ({ before, change, after, down }: QueueChange, shown: string, isGone: string): string =>
  `ip link add uplink0 numtxqueues 8 type veth
ip link add lan0 type veth
(${shown}) > nothing
${loadingScript('before', before)}${loadingScript('change', change)}
(${shown}) > by-changes
${loadingScript('down', down)}
${isGone}
(${shown}) | grep -v clsact | diff nothing -
${loadingScript('after', after)}
(${shown}) > whole
diff by-changes whole
`;

const POLICED = `(for device in uplink0 lan0; do tc filter show dev $device ingress; done; tc actions list action police) |
sed 's/ index .*//; s/ ref .*//' | sort`;
/** The kernel takes policers away a moment after what has led to them. */
const POLICED_GONE = `for try in 1 2 3 4 5 6 7 8 9; do if tc actions list action police | grep -q police; then sleep 1; fi; done`;

describeWithMachine('changes of queues on a second kernel', () => {
  let results: ReadonlyMap<string, JobResult>;

  beforeAll(() => {
    const jobs = (kind: string, changes: readonly QueueChange[], shown: string, isGone: string) =>
      changes.map((change, at) => ({
        name: `${kind} ${at}`,
        script: scriptOf(change, shown, isGone),
        files: filesOfChange(change),
      }));
    results = runJobs([
      ...jobs('queued', pairs, SHOWN, ''),
      ...jobs('policed', policedPairs, POLICED, POLICED_GONE),
      ...jobs('found by tc alone', alonePairs, SHOWN, ''),
    ]);
  });

  test.each([
    ['queued', pairs],
    ['policed', policedPairs],
    ['found by tc alone', alonePairs],
  ])(`lead where the whole does, %s, of ${PAIRS} pairs of policies`, (kind, changes) => {
    expect(changes.length).toBeGreaterThan(PAIRS / 10);
    for (const [at, { before, change }] of changes.entries()) {
      const { status, output } = results.get(`${kind} ${at}`)!;
      const told = [before, change].map(({ files }) => JSON.stringify(files, undefined, 1).replaceAll('\\n', '\n'));
      expect(status, `${told.join('\n--- change ---\n')}\n---\n${output}`).toBe(0);
    }
  });
});
