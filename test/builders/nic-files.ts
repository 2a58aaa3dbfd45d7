/** Policies for a NIC and a host behind it, compiled. */
import { PLANES } from '../../cli/planes.ts';
import { compile, type CompileResult } from '../../compiler/compile.ts';
import type { Inputs } from '../../compiler/inputs.ts';
import { entriesOf } from '../oracles/p4/entries.ts';
import { P4Switch } from '../oracles/p4/switch.ts';
import { readProgram } from '../oracles/p4/syntax.ts';
import { inputsWith } from './ruleset.ts';

/** Of ports to the network, the other half leads to the host. */
export const HOST_SIDE = 256;

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
export function onNic(text: string): string {
  return text.replace(/xdp on (.*)/, (_, interfaces: string) => `nftables\n  p4 v1model on ${interfaces}`);
}

/** A switch with the program, and with so many of the commands that fill its tables (all unless said). */
export function switchWith(files: ReadonlyMap<string, string>, commands = Infinity): P4Switch {
  const program = readProgram(files.get('p4/program.p4')!);
  const lines = files.get('p4/entries.txt')!.split('\n').slice(0, commands);
  return new P4Switch(program, entriesOf(program, 'Mitigate', lines.join('\n')));
}
