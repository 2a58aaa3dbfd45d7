/** A program and its entries in a real switch, beside the reference semantics and our own reader of P4 (../oracles/p4). */
import { expect } from 'vitest';
import { buildProgram } from '../../compiler/4-program/build.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { entriesOfNic, portsOfNic } from '../builders/nic-files.ts';
import { drawNicFrames } from '../builders/nic-frames.ts';
import { NicReference, type NicJudged } from '../oracles/nic-reference.ts';
import type { Entries, Entry } from '../oracles/p4/entries.ts';
import { P4Switch } from '../oracles/p4/switch.ts';
import { readProgram, type P4Program } from '../oracles/p4/syntax.ts';
import { runSwitch, type PortFrame } from './bmv2.ts';
import { runPipeline } from './dpdk.ts';
import type { Subject } from './subjects.ts';
import type { Architecture, ToolsOf } from './tools.ts';

export interface Seen {
  readonly frames: number;
  readonly dropped: number;
}

interface Draw {
  readonly seed: number;
  readonly frames: number;
  /** See `PipelineTask`. */
  readonly fill?: string;
}

/** Every so many frames one is sent by the host as well. */
const FROM_HOST_EACH = 10;

/**
 * What the switch drops, the reference drops without a word wherever routes lead, and does nothing else with; all else comes out on the other side as it
 * came; and counters have counted the packets that met each entry or rule. `folder` holds the compiled program.
 */
export async function compareOnSwitch(
  tools: ToolsOf<Architecture>,
  subject: Subject,
  folder: string,
  draw: Draw,
): Promise<Seen> {
  const expected = new Expected(subject, draw);
  if ('p4c-dpdk' in tools) await comparePipeline(tools, expected, folder, draw.fill);
  else await compareBmv2(tools, expected, folder);
  return { frames: expected.frames.length, dropped: expected.dropped.size };
}

/** The order of frames is kept, and none is cut off without the switch knowing it. */
async function compareBmv2(tools: ToolsOf<'v1model'>, expected: Expected, folder: string): Promise<void> {
  const { subject, ports, frames, entries, met } = expected;
  const questions = questionsFor(entries);
  const commands = subject.files.get('p4/entries.txt')!;
  const task = { folder, commands, frames, ports, otherSide: expected.otherSide, questions };
  const { out, answers } = await runSwitch(tools, task);
  for (const port of ports) {
    expect(out.get(expected.otherSide(port))!.map(hexOf), expected.about(port)).toEqual(expected.passed(port));
  }
  expect(countsIn(answers), `${subject.name}: packets that met each entry`).toEqual(countsOf(entries, met));
}

/** Frames overtake each other in the pipeline. It does not know how long a frame is; of those that are cut off any may be dropped. */
async function comparePipeline(
  tools: ToolsOf<'pna'>,
  expected: Expected,
  folder: string,
  fill: string | undefined,
): Promise<void> {
  const { subject, ports, program, whole, damaged } = expected;
  const counters = program.blocks.get('Mitigate')!.counters;
  const run = await runPipeline(tools, { folder, fill, frames: whole, ports, counters });
  for (const port of ports) {
    const passed = expected.passed(port, whole);
    expect(run.out.get(expected.otherSide(port))!.map(hexOf).toSorted(), expected.about(port)).toEqual(
      passed.toSorted(),
    );
  }
  const counted = [...run.counted].filter(([, count]) => count > 0);
  expect(Object.fromEntries(counted), `${subject.name}: packets by rule`).toEqual(Object.fromEntries(expected.counted));
  if (damaged.length === 0) return;
  const { out } = await runPipeline(tools, { folder, fill, frames: damaged, ports, counters: new Map() });
  for (const port of ports) {
    const sent = new Map(damaged.filter((frame) => frame.port === port).map(({ bytes }) => [hexOf(bytes), bytes]));
    const strange = out
      .get(expected.otherSide(port))!
      .map(hexOf)
      .filter((one) => !sent.has(one));
    expect(strange, `${expected.about(port)}, cut off`).toEqual([]);
  }
}

interface JudgedFrame extends PortFrame {
  readonly judged: NicJudged | undefined;
}

/** Frames for a subject, and what our own switch does with them, which the reference allows. */
class Expected {
  readonly subject: Subject;
  readonly program: P4Program;
  readonly entries: Entries;
  readonly frames: readonly JudgedFrame[];
  readonly ports: readonly number[];
  readonly dropped: ReadonlySet<PortFrame>;
  /** How many of the frames met each entry; and what counters say, of those that are not damaged. */
  readonly met = new Map<Entry, number>();
  readonly counted: ReadonlyMap<string, number>;

  constructor(subject: Subject, draw: Draw) {
    this.subject = subject;
    const { files, interfaces, architecture } = subject;
    const sides = interfaces.map((_, at) => portsOfNic(architecture, at));
    this.ports = sides.flatMap(({ network, host }) => [network, host]);
    const arriving = this.#arriving(draw);
    const sentUp = arriving
      .filter((_, at) => at % FROM_HOST_EACH === 0)
      .map(({ port, bytes }) => ({ port: this.otherSide(port), bytes, judged: undefined }));
    this.frames = [...arriving, ...sentUp];
    this.program = readProgram(files.get('p4/program.p4')!);
    this.entries = entriesOfNic(files, this.program);
    const ours = new P4Switch(this.program, this.entries, this.met);
    const isDropped = (frame: PortFrame): boolean => ours.run(frame.port, frame.bytes).port === undefined;
    const whole = this.whole.filter(isDropped);
    this.counted = new Map(ours.counted);
    this.dropped = new Set([...whole, ...this.damaged.filter(isDropped)]);
    for (const { port, bytes, judged } of arriving.filter((frame) => this.dropped.has(frame))) {
      if (judged!.isSilent) continue;
      expect.fail(`${subject.name}: port ${port} drops ${hexOf(bytes)}`);
    }
  }

  /** What the host does not take for damaged whatever the rules say. */
  get whole(): readonly JudgedFrame[] {
    return this.frames.filter(({ judged }) => judged?.isGone !== true);
  }

  get damaged(): readonly JudgedFrame[] {
    return this.frames.filter(({ judged }) => judged?.isGone === true);
  }

  readonly otherSide = (port: number): number => {
    const { interfaces, architecture } = this.subject;
    for (const { network, host } of interfaces.map((_, at) => portsOfNic(architecture, at))) {
      if (port === network) return host;
      if (port === host) return network;
    }
    throw new Error(`no port ${port}`);
  };

  /** What has to come out of what came in by a port. */
  passed(port: number, of: readonly PortFrame[] = this.frames): readonly string[] {
    return of.filter((frame) => frame.port === port && !this.dropped.has(frame)).map(({ bytes }) => hexOf(bytes));
  }

  about(port: number): string {
    return `${this.subject.name}: what came in by port ${port}`;
  }

  /** Frames for the rules that a NIC has. */
  #arriving(draw: Draw): readonly JudgedFrame[] {
    const { policy, interfaces, architecture } = this.subject;
    const { program } = buildProgram(policy, policy.targets[0]);
    const stages = program.stages.filter(
      ({ id, stateful }) => id === 'mitigate' || (id.startsWith('filter') && !stateful),
    );
    const reference = new NicReference(policy, interfaces);
    return drawNicFrames({ ...program, stages }, interfaces, randomFrom(draw.seed), draw.frames).map((frame) => ({
      port: portsOfNic(architecture, interfaces.indexOf(frame.in)).network,
      bytes: frame.bytes,
      judged: reference.judge(frame),
    }));
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Tables of rules, by the names of their counters. */
function ruleTables(entries: Entries): readonly (readonly [string, readonly Entry[]])[] {
  return [...entries].flatMap(([table, own]) => {
    const [, list, family] = /^(mitigate|filter_\w+)_(ipv\d)$/.exec(table) ?? [];
    if (list === undefined || table.includes('_sets_')) return [];
    return [[`Mitigate.met_${list === 'mitigate' ? family : table}`, own] as const];
  });
}

/** The switch numbers entries in the order in which they were added, which is that of their priorities. */
function questionsFor(entries: Entries): readonly string[] {
  return ruleTables(entries).flatMap(([counter, own]) => own.map((_, at) => `counter_read ${counter} ${at}`));
}

function countsOf(entries: Entries, met: ReadonlyMap<Entry, number>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    ruleTables(entries).flatMap(([counter, own]) =>
      own.map((entry, at) => [`${counter}[${at}]`, met.get(entry) ?? 0] as const),
    ),
  );
}

/** `Mitigate.met_ipv4[0]= (42000 bytes, 1000 packets)` */
function countsIn(answers: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...answers.matchAll(/(Mitigate\.met_\w+\[\d+\])= +\(\d+ bytes, (\d+) packets\)/g)].map(([, counter, packets]) => [
      counter!,
      Number(packets),
    ]),
  );
}
