/** Packets of the ClassBench sets, in the kernel, against a plain walk of the rules: the first that matches stands. */
import { expect, test, type TestContext } from 'vitest';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import {
  anyPacket,
  CLASSBENCH_INTERFACES,
  firstMatch,
  isForwardable,
  packetAtEdge,
  packetBytes,
  packetFor,
  randomFrom,
  type ClassbenchPacket,
} from '../builders/classbench/packets.ts';
import type { ClassbenchRule } from '../builders/classbench.ts';
import { artifactOf } from '../builders/ruleset.ts';
import { count, seed } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { compileForXdp } from './xdp/build.ts';
import { loadInLab } from './xdp/in-lab.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

/** All twelve in full size in `npm run test:full`; else one of each kind, small. */
const SETS = count(1, 12) === 1 ? (['acl2', 'fw1', 'ipc1'] as const) : CLASSBENCH_SEEDS;
const SIZE = count(1, 10) === 1 ? '1k' : '10k';
const PACKETS = count(3000, 30_000);

describeWithKernel('ClassBench sets in the kernel', () => {
  for (const name of SETS) {
    test(`${name}, ${SIZE} rules`, async (context) => {
      const rules = rulesOf(name, context);
      await compare(rules, (lab) => lab.load(artifactOf(classbenchPolicy(rules, { reserve: true }))));
    });
  }
});

describeWithXdp('ClassBench sets at XDP', () => {
  for (const name of SETS) {
    test(`${name}, ${SIZE} rules`, async (context) => {
      const rules = rulesOf(name, context);
      const { artifacts, diagnostics } = compileForXdp(
        classbenchPolicy(rules, { xdp: CLASSBENCH_INTERFACES.map((one) => one.name) }),
      );
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      await compare(rules, (lab) => loadInLab(lab, artifacts));
    });
  }
});

function rulesOf(name: (typeof SETS)[number], context: TestContext): ClassbenchRule[] {
  return readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(name, SIZE))));
}

/** What a router forwards that has loaded a set is what the set says. */
async function compare(rules: readonly ClassbenchRule[], load: Load): Promise<void> {
  const packets = drawPackets(rules, PACKETS);
  const allowed = await allowedBy(load, packets);
  const wrong = packets.flatMap((packet, id) => {
    const rule = firstMatch(rules, packet);
    const expected = rule?.verdict ?? 'drop';
    const seen = allowed.has(id) ? 'allow' : 'drop';
    return seen === expected ? [] : [{ packet, rule, expected, seen }];
  });
  expect(wrong.slice(0, 5)).toEqual([]);
  // Both verdicts, and packets that meet no rule: else this would say little.
  expect(allowed.size).toBeGreaterThan(PACKETS / 10);
  expect(packets.length - allowed.size).toBeGreaterThan(PACKETS / 10);
}

/** Packets within rules, at their edges, and anywhere, which most often meet none. */
function drawPackets(rules: readonly ClassbenchRule[], length: number): ClassbenchPacket[] {
  const random = randomFrom(seed);
  const packets: ClassbenchPacket[] = [];
  while (packets.length < length) {
    const rule = rules[random(rules.length)]!;
    const drawn = [packetFor, packetAtEdge, packetAtEdge, () => anyPacket(rules, random)][random(4)]!;
    const packet = drawn(rule, random);
    if (isForwardable(packet)) packets.push(packet);
  }
  return packets;
}

/** Loads a set into a router. What is given, if anything, takes it away. */
type Load = (lab: Lab) => Promise<void> | (() => void);

/** The numbers of the packets that a router with a set forwards. */
async function allowedBy(load: Load, packets: readonly ClassbenchPacket[]): Promise<ReadonlySet<number>> {
  const lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
  let unload: (() => void) | void = undefined;
  try {
    unload = await load(lab);
    const frames = packets.map((packet, id) => lab.frame(id, 'in0', packetBytes(packet, id)));
    const observations = (await lab.send([frames])).flat();
    expect(observations.filter(({ kind }) => kind !== 'forwarded')).toEqual([]);
    return new Set(observations.map(({ id }) => id));
  } finally {
    unload?.();
    await lab.destroy();
  }
}
