/** A program and its entries in BMv2's simple_switch, beside the reference semantics and our own reader of P4 (../oracles/p4). */
import { expect } from 'vitest';
import { buildProgram } from '../../compiler/4-program/build.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { HOST_SIDE } from '../builders/nic-files.ts';
import { FrameSource } from '../kernel/xdp/frames.ts';
import { MitigationReference } from '../oracles/mitigation-reference.ts';
import { entriesOf, type Entries, type Entry } from '../oracles/p4/entries.ts';
import { P4Switch } from '../oracles/p4/switch.ts';
import { readProgram } from '../oracles/p4/syntax.ts';
import { runSwitch, type PortFrame } from './bmv2.ts';
import type { Subject } from './subjects.ts';
import type { Tools } from './tools.ts';

export interface Seen {
  readonly frames: number;
  readonly dropped: number;
}

/** Every so many frames one is sent by the host as well. */
const FROM_HOST_EACH = 10;

/**
 * What the switch drops, the reference drops at `mitigate`, and does nothing else with; all else comes out on the other side, as it
 * came and in order; and each entry has counted the packets that met it. `folder` holds the compiled program.
 */
export async function compareOnSwitch(
  tools: Tools,
  subject: Subject,
  folder: string,
  draw: { readonly seed: number; readonly frames: number },
): Promise<Seen> {
  const { name, policy, interfaces, files } = subject;
  const { program } = buildProgram(policy, policy.targets[0]);
  // Frames for the rules that a NIC has.
  const part = { ...program, stages: program.stages.filter(({ id }) => id === 'mitigate') };
  const arriving = new FrameSource(part, interfaces, randomFrom(draw.seed)).draw(draw.frames);
  const reference = new MitigationReference(policy, interfaces);
  const judged = arriving.map((frame) => ({
    port: interfaces.indexOf(frame.in),
    bytes: frame.bytes,
    mayDrop: reference.judge(frame).dropsPlainly,
  }));
  const fromHost = judged.flatMap(({ port, bytes }, at) =>
    at % FROM_HOST_EACH === 0 ? [{ port: port + HOST_SIDE, bytes }] : [],
  );
  const read = readProgram(files.get('p4/program.p4')!);
  const commands = files.get('p4/entries.txt')!;
  const entries = entriesOf(read, 'Mitigate', commands);
  const met = new Map<Entry, number>();
  const ours = new P4Switch(read, entries, met);
  const isDropped = (frame: PortFrame): boolean => ours.run(frame.port, frame.bytes).port === undefined;
  const dropped = new Set<PortFrame>(judged.filter(isDropped));
  for (const { port, bytes, mayDrop } of judged.filter((frame) => dropped.has(frame))) {
    if (!mayDrop) expect.fail(`${name}: port ${port} drops ${Buffer.from(bytes).toString('hex')}`);
  }
  const ports = interfaces.flatMap((_, port) => [port, port + HOST_SIDE]);
  const questions = questionsFor(entries);
  const task = { folder, commands, frames: [...judged, ...fromHost], ports, otherSide, questions };
  const { out, answers } = await runSwitch(tools, task);
  for (const port of ports) {
    const passed = task.frames.filter((frame) => frame.port === port && !dropped.has(frame));
    expect(out.get(otherSide(port))!.map(hexOf), `${name}: what came in by port ${port}`).toEqual(
      passed.map(({ bytes }) => hexOf(bytes)),
    );
  }
  expect(countsIn(answers), `${name}: packets that met each entry`).toEqual(countsOf(entries, met));
  return { frames: task.frames.length, dropped: dropped.size };
}

function otherSide(port: number): number {
  return port ^ HOST_SIDE;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Tables of rules, by the names of their counters. */
function ruleTables(entries: Entries): readonly (readonly [string, readonly Entry[]])[] {
  return [4, 6].flatMap((family) => {
    const own = entries.get(`mitigate_ipv${family}`);
    return own ? [[`Mitigate.met_ipv${family}`, own] as const] : [];
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
    [...answers.matchAll(/(Mitigate\.met_ipv\d\[\d+\])= +\(\d+ bytes, (\d+) packets\)/g)].map(
      ([, counter, packets]) => [counter!, Number(packets)],
    ),
  );
}
