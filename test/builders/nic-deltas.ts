/** What leads from one policy's tables of a NIC to another's. */
import { PLANES } from '../../cli/planes.ts';
import { entriesIn } from '../../backends/p4/delta/entries.ts';
import { compile } from '../../compiler/compile.ts';
import type { Artifact, DeltaOutcome, FormerBuild } from '../../compiler/plane.ts';
import type { Policy } from '../../compiler/model/index.ts';
import { entriesOfNic } from './nic-files.ts';
import { inputsWith } from './ruleset.ts';
import type { Entry } from '../oracles/p4/entries.ts';
import type { P4Program } from '../oracles/p4/syntax.ts';

export interface NicBuild {
  readonly policy: Policy;
  readonly files: ReadonlyMap<string, string>;
  /** From the former build, where one was given. */
  readonly outcome: DeltaOutcome | undefined;
}

/** Undefined: the policy is refused, or leaves a NIC nothing. */
export function nicBuild(text: string, former?: ReadonlyMap<string, string>): NicBuild | undefined {
  const encoder = new TextEncoder();
  const built: FormerBuild | undefined = former && {
    build: 'before',
    files: new Map([...former].map(([path, content]) => [path, encoder.encode(content)])),
  };
  const { policy, targets } = compile({ path: 'test.sluice', text }, inputsWith({}), {
    planes: PLANES,
    nameBuild: () => (former ? 'after' : 'before'),
    proof: false,
    ...(built && { former: (_: string, plane: string) => (plane === 'p4' ? built : undefined) }),
  });
  const output = targets.flatMap(({ planes }) => planes).find(({ plane }) => plane === 'p4');
  if (!policy || !output) return undefined;
  return { policy, files: textsOf(output.artifacts), outcome: output.since?.outcome };
}

export function textsOf(artifacts: readonly Artifact[]): ReadonlyMap<string, string> {
  return new Map(artifacts.map(({ path, content }) => [path, Buffer.concat(content).toString()]));
}

/** A table's entry, as our own switch has it. */
export interface Placed {
  readonly table: string;
  readonly entry: Entry;
}

/** By the keys under which P4Runtime knows them: its file has all entries in the order in which the tables' files have them. */
export function placedEntries(files: ReadonlyMap<string, string>, program: P4Program): ReadonlyMap<string, Placed> {
  const entries = entriesOfNic(files, program);
  const tables = [...files.get('p4/entries.cli')!.matchAll(/table (\w+) add/g)].map(([, name]) => name!);
  const inFiles = tables.flatMap((table) =>
    fileOrder(files, table, program).map((at) => ({ table, entry: entries.get(table)![at]! })),
  );
  const keys = [...entriesIn(files.get('p4/entries.txtpb')!).keys()];
  if (keys.length !== inFiles.length) {
    throw new Error(`${keys.length} entries for P4Runtime, ${inFiles.length} in files`);
  }
  return new Map(keys.map((key, at) => [key, inFiles[at]!]));
}

/** Where the entries of a file stand among those of its table, which our switch ranks: by what they match. */
function fileOrder(files: ReadonlyMap<string, string>, table: string, program: P4Program): readonly number[] {
  const path = `p4/tables/${table}.txt`;
  const lines = files
    .get(path)!
    .split('\n')
    .filter((line) => line.startsWith('match '));
  const ranked = entriesOfNic(files, program).get(table)!;
  const textOf = (entry: Entry) =>
    `${entry.keys.map(({ value, mask }) => `${value}/${mask}`).join()} ${entry.priority}`;
  const places = new Map(ranked.map((entry, at) => [textOf(entry), at]));
  return lines.map((line) => {
    const alone = new Map([...files].map(([other, text]) => [other, other === path ? `${line}\n` : text]));
    return places.get(textOf(entriesOfNic(alone, program).get(table)![0]!))!;
  });
}
