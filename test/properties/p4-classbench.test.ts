/**
 * The ClassBench sets of 1,000 rules at a NIC: how many entries they need, in p4-classbench.json (`SLUICE_UPDATE=1` writes it), and
 * that the program drops what the reference drops.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../compiler/4-program/build.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { CLASSBENCH_SEEDS, classbenchNicPolicy, classbenchPath, readClassbench } from '../builders/classbench.ts';
import { ARCHITECTURES, compileForNic, portsOfNic, switchWith, type NicFiles } from '../builders/nic-files.ts';
import { FrameSource } from '../kernel/xdp/frames.ts';
import { MitigationReference } from '../oracles/mitigation-reference.ts';
import { count, seed } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

const PATH = new URL('p4-classbench.json', import.meta.url);
const UPDATE = process.env['SLUICE_UPDATE'] === '1';
const FRAMES = count(300, 1000);

interface Encoding {
  readonly entries: number;
  readonly bits: number;
  readonly lookedUpBefore: string;
}

/** What a NIC of an architecture needs for a set. */
interface Needed {
  readonly rules: number;
  readonly chosen: Encoding;
  readonly inKey: Encoding;
}

type Figures = Record<string, Record<string, Needed>>;

const known = JSON.parse(readFileSync(PATH, 'utf8')) as Figures;

describe.each(ARCHITECTURES)('ClassBench at a NIC of the architecture %s', (architecture) => {
  it.for(UPDATE ? CLASSBENCH_SEEDS : count(['ipc2'], [...CLASSBENCH_SEEDS]))('%s', (name, context) => {
    const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(name, '1k'))));
    const nic = compileForNic(classbenchNicPolicy(rules, architecture));
    expect(nic.diagnostics).toEqual([]);
    const needed = neededBy(nic, rules.length);
    if (UPDATE) {
      known[name] = { ...known[name], [architecture]: needed };
      writeFileSync(PATH, `${JSON.stringify(known, undefined, 2)}\n`);
    }
    expect(needed).toEqual(known[name]?.[architecture]);
    expect(droppedBy(nic, architecture)).toBeGreaterThan(0);
  });
});

function neededBy({ files }: NicFiles, rules: number): Needed {
  const lines = [...files.get('p4/split.txt')!.matchAll(/^ {2}(\d+) bits, (\d+) entries of \d+ bits; (.*)$/gm)];
  const encodings = lines.map(([, bits, entries, what]): Encoding => ({
    entries: Number(entries),
    bits: Number(bits),
    lookedUpBefore: what!.replace(/^looked up before: |^all fields in the key$/, ''),
  }));
  return { rules, chosen: encodings[0]!, inKey: encodings.find(({ lookedUpBefore }) => lookedUpBefore === '')! };
}

/** How many frames the NIC has dropped, each of which the reference drops; and it drops all whole ones that that does. */
function droppedBy({ policy, files }: NicFiles, architecture: string): number {
  const { program } = buildProgram(policy!, policy!.targets[0]);
  const reference = new MitigationReference(policy!, ['eth0']);
  const nic = switchWith(files);
  const { network } = portsOfNic(architecture, 0);
  let dropped = 0;
  for (const frame of new FrameSource(program, ['eth0'], randomFrom(seed)).draw(FRAMES)) {
    const isDropped = nic.run(network, frame.bytes).port === undefined;
    const judged = reference.judge(frame);
    const about = Buffer.from(frame.bytes).toString('hex');
    if (isDropped && !judged.isGone) expect(judged.dropsPlainly, about).toBe(true);
    if (judged.dropsPlainly && judged.isWhole) expect(isDropped, about).toBe(true);
    dropped += Number(isDropped);
  }
  return dropped;
}
