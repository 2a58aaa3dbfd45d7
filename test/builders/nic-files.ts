/** Policies for a NIC and a host behind it, compiled. */
import { PLANES } from '../../cli/planes.ts';
import { compile, type CompileResult } from '../../compiler/compile.ts';
import type { Inputs } from '../../compiler/inputs.ts';
import { udpPacket } from '../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf } from '../../compiler/semantics/packet/frame.ts';
import { NICS, nicFor, portNumbers } from '../../backends/p4/targets/index.ts';
import { entriesOf, entriesOfTableFiles, type Entries } from '../oracles/p4/entries.ts';
import { entriesOfRuntime } from '../oracles/p4/runtime-entries.ts';
import { P4Switch } from '../oracles/p4/switch.ts';
import { readProgram, type P4Program } from '../oracles/p4/syntax.ts';
import { inputsWith } from './ruleset.ts';

export const ARCHITECTURES = [...new Set(NICS.map(({ architecture }) => architecture))];

export interface NicFiles extends CompileResult {
  /** Of the plane `p4`, by path; empty where it has nothing, or nothing was compiled. */
  readonly files: ReadonlyMap<string, string>;
}

export function compileForNic(text: string, inputs: Inputs = inputsWith({})): NicFiles {
  const options = { planes: PLANES, nameBuild: () => 'test', proof: false };
  const result = compile({ path: 'test.sluice', text }, inputs, options);
  const output = result.targets.flatMap(({ planes }) => planes).find(({ plane }) => plane === 'p4');
  const decoder = new TextDecoder();
  const files = (output?.artifacts ?? []).map(
    ({ path, content }) => [path, content.map((part) => decoder.decode(part, { stream: false })).join('')] as const,
  );
  return { ...result, files: new Map(files) };
}

/** A policy that is for XDP, for a NIC and the host behind it. */
export function onNic(text: string, architecture: string): string {
  return text.replace(/xdp on (.*)/, (_, interfaces: string) => `nftables\n  p4 ${architecture} on ${interfaces}`);
}

/** A frame of UDP from an address and port 4000 to a port of 203.0.113.7. */
export function udpFrame(source: bigint, destinationPort: number): Uint8Array {
  const ends = { family: 4, source, destination: 0xcb007107n } as const;
  return encodeFrame(frameOf(udpPacket(ends, { sourcePort: 4000, destinationPort })));
}

/** The number of the Nth port to the network, and of the port to the host behind it. */
export function portsOfNic(architecture: string, at: number): { readonly network: number; readonly host: number } {
  return portNumbers(nicFor(architecture)!, at);
}

/** What the tables hold after so many of the commands that fill them. */
export function entriesOfNic(files: ReadonlyMap<string, string>, program: P4Program, commands = Infinity): Entries {
  const some = (path: string): readonly string[] => files.get(path)!.split('\n').slice(0, commands);
  if (!files.has('p4/clear.cli') && !files.has('p4/clear.txt')) {
    return entriesOfRuntime(program, 'Mitigate', files.get('p4/entries.txtpb')!, files.get('p4/p4info.txtpb')!);
  }
  return files.has('p4/entries.cli')
    ? entriesOfTableFiles(program, 'Mitigate', some('p4/entries.cli'), (path) => files.get(path)!)
    : entriesOf(program, 'Mitigate', some('p4/entries.txt').join('\n'));
}

/** A switch with the program, and with so many of the commands that fill its tables (all unless said). */
export function switchWith(files: ReadonlyMap<string, string>, commands = Infinity): P4Switch {
  const text = files.get('p4/program.p4')!;
  const program = readProgram(text);
  const lost = program.architecture === 'V1Switch' ? [] : keysLostByDpdk(text);
  if (lost.length > 0) throw new Error(`p4c-dpdk leaves out what these are set to: ${lost.join(', ')}`);
  return new P4Switch(program, entriesOfNic(files, program, commands));
}

/**
 * Keys that p4c-dpdk 1.2.5.16 never sets: assigned once, cast for one table, and asked as they are by another. It takes the cast
 * for their only use, and leaves the assignment out.
 */
export function keysLostByDpdk(program: string): readonly string[] {
  const casts = [...program.matchAll(/\(bit<\d+>\)meta\.keys\.(\w+): lpm/g)].map(([, name]) => name!);
  const times = (pattern: string) => program.match(new RegExp(pattern, 'gm'))?.length ?? 0;
  return casts.filter((name) => {
    const isAsked = times(`^\\s*(key = \\{ )?meta\\.keys\\.${name}: `) > 0;
    return isAsked && times(`meta\\.keys\\.${name} *= `) < 2;
  });
}
