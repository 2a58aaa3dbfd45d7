/** Policies for a NIC and a host behind it, compiled; the plane `p4` is handed in here, for the command does not have it yet. */
import { p4 } from '../../backends/p4/index.ts';
import { PLANES } from '../../cli/planes.ts';
import { compile, type CompileResult } from '../../compiler/compile.ts';
import { entriesOf } from '../oracles/p4/entries.ts';
import { P4Switch } from '../oracles/p4/switch.ts';
import { readProgram } from '../oracles/p4/syntax.ts';
import { inputsWith } from './ruleset.ts';

export interface NicFiles extends CompileResult {
  /** Of the plane `p4`, by path; empty where it has nothing, or nothing was compiled. */
  readonly files: ReadonlyMap<string, string>;
}

export function compileForNic(text: string, data: Readonly<Record<string, string>> = {}): NicFiles {
  const options = { planes: [...PLANES, p4], nameBuild: () => 'test', proof: false };
  const result = compile({ path: 'test.sluice', text }, inputsWith(data), options);
  const output = result.targets.flatMap(({ planes }) => planes).find(({ plane }) => plane === 'p4');
  const decoder = new TextDecoder();
  const files = (output?.artifacts ?? []).map(
    ({ path, content }) => [path, content.map((part) => decoder.decode(part, { stream: false })).join('')] as const,
  );
  return { ...result, files: new Map(files) };
}

/** A switch with the program, and with so many of the commands that fill its tables (all unless said). */
export function switchWith(files: ReadonlyMap<string, string>, commands = Infinity): P4Switch {
  const program = readProgram(files.get('p4/program.p4')!);
  const lines = files.get('p4/entries.txt')!.split('\n').slice(0, commands);
  return new P4Switch(program, entriesOf(program, 'Mitigate', lines.join('\n')));
}
