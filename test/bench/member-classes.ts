/** Members with a class each, and the files of a build that shapes them. */
import { xdp } from '../../backends/ebpf/index.ts';
import { nftables } from '../../backends/nftables/index.ts';
import { tc } from '../../backends/tc/index.ts';
import { compile } from '../../compiler/compile.ts';
import type { Artifact } from '../../compiler/plane.ts';
import { inputsWith } from '../builders/ruleset.ts';

export const MEMBERS = Number(process.env['SLUICE_BENCH_CLASSES'] ?? 24_000);

const policy = (target: string): string => `zone uplink = up0
table members(id: u32 key, room: prefix4 key) from "members.csv"
shape uplink egress rate 10gbit {
  each m in members { class m.id for to m.room ceiling 1gbit }
  class rest
  default class rest
}
target router { ${target} tc on up0 }
`;

/** A member's network, a /24. */
export const room = (at: number): string => `10.${at >> 8}.${at & 255}.0`;

/** Files of a build by their names, without their folders; without nftables, tc finds the classes by filters. */
export function memberBuild(target: 'nftables' | '' = 'nftables'): ReadonlyMap<string, string> {
  return new Map(
    builtFor(target).map(({ path, content }) => [path.split('/').at(-1)!, Buffer.concat(content).toString()] as const),
  );
}

/** The program that finds the classes, with its loader, in `ebpf/`. */
export function memberProgram(): readonly Artifact[] {
  return builtFor('xdp on up0').filter(({ path }) => path.startsWith('ebpf/'));
}

function builtFor(target: string): readonly Artifact[] {
  const rows = Array.from({ length: MEMBERS }, (_, at) => `${at},${room(at)}/24`);
  const files = { 'members.csv': ['id,room', ...rows, ''].join('\n') };
  const { targets } = compile({ path: 'policy.sluice', text: policy(target) }, inputsWith(files), {
    planes: [nftables, tc, xdp],
    nameBuild: () => 'bench',
    proof: false,
  });
  return targets.flatMap(({ planes }) => planes.flatMap((plane) => plane.artifacts));
}

/** The members' classes, as `classes.tsv` lists them. */
export function memberClasses(
  files: ReadonlyMap<string, string>,
): readonly { readonly id: string; readonly name: string }[] {
  return files
    .get('classes.tsv')!
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split('\t'))
    .map(([, id = '', name = '']) => ({ id, name }))
    .filter(({ name }) => name !== 'rest');
}

/** The filters by which tc finds the classes where it is alone. */
export function memberFilters(): string {
  return memberBuild('')
    .get('up.batch')!
    .split('\n')
    .filter((line) => line.startsWith('filter '))
    .map((line) => `${line}\n`)
    .join('');
}
