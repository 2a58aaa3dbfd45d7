/**
 * What leads from an earlier build to one whose lists of IPv4 addresses are others, and nothing else: the blocks of one table, for
 * `sluice-load change`, which writes them beside those that the running program reads, and then moves each by one write. A packet
 * asks a table once, for one address, so it meets the earlier policy or the later one. Of two tables it might meet one of each.
 */
import type { Artifact, Delta, DeltaOutcome, FormerBuild } from '../../compiler/plane.ts';
import { concatenate } from '../../compiler/semantics/packet/bytes.ts';
import { BLOCKS } from './emit/blocks.ts';

/** The files of a program, by which two builds are compared; paths as artifacts have them. */
export interface ProgramPaths {
  /** That the kernel's program is made from, besides `ebpf/program/`. */
  readonly sources: readonly string[];
  /** What the loader is told. */
  readonly settings: string;
  /** The folder with what maps hold. */
  readonly maps: string;
  readonly changes: string;
}

export interface LaterBuild {
  readonly build: string;
  readonly artifacts: readonly Artifact[];
  /** Tables that are made of blocks, by name. */
  readonly blockTables: readonly string[];
  /** What else has to be loaded, a command a line. */
  readonly alsoLoad?: readonly string[];
}

interface ChangedTable {
  readonly name: string;
  /** Ranges of each block that is another, by its number. */
  readonly blocks: ReadonlyMap<number, Uint32Array>;
}

const MORE = 'more is another than lists of IPv4 addresses in tables of many, and such a program is replaced whole';
const NO_ROOM = 'more addresses are others than its tables have room for';
const TWO_TABLES = 'two tables are others, and a packet might meet one of them before, and the other after';

export function changesSince(former: FormerBuild, later: LaterBuild, paths: ProgramPaths): DeltaOutcome {
  const is = new Map(later.artifacts.map(({ path, content }) => [path, concatenate(content)]));
  const tables = later.blockTables.map((name) => ({ name, path: `${paths.maps}/${name}.bin` }));
  const isTable = new Set(tables.map(({ path }) => path));
  for (const [path, content] of is) {
    const before = former.files.get(path);
    if (isTable.has(path) || !isOfProgram(path, paths)) continue;
    if (!before || !isAlike(path, before, content, paths)) return none(MORE);
  }
  const changed: ChangedTable[] = [];
  for (const { name, path } of tables) {
    const before = former.files.get(path);
    if (!before) return none(MORE);
    const blocks = changedBlocks(wordsOf(before), wordsOf(is.get(path)!));
    if (!blocks) return none(NO_ROOM);
    if (blocks.size > 0) changed.push({ name, blocks });
  }
  if (changed.length > 1) return none(TWO_TABLES);
  return delta(former, later, changed[0], paths);
}

/** A program of the later build; undefined: it has none. */
interface ProgramChange {
  readonly paths: ProgramPaths;
  readonly later: LaterBuild | undefined;
}

/** The changes of several programs, which are loaded by one command. */
export function allChanges(former: FormerBuild, programs: readonly ProgramChange[]): DeltaOutcome {
  const deltas: Delta[] = [];
  for (const { paths, later } of programs) {
    const isGone = later === undefined && former.files.has(paths.settings);
    if (isGone) return none(MORE);
    const outcome = later && changesSince(former, later, paths);
    if (outcome?.kind === 'delta') deltas.push(outcome);
    else if (outcome) return outcome;
  }
  const [first] = deltas;
  if (!first) return none(MORE);
  return {
    ...first,
    artifacts: deltas.flatMap(({ artifacts }) => artifacts),
    figures: { blocks: deltas.reduce((sum, { figures }) => sum + (figures['blocks'] ?? 0), 0) },
  };
}

function none(why: string): DeltaOutcome {
  return { kind: 'none', why };
}

/** What of a build decides what the kernel runs. The list of rules is for people. */
function isOfProgram(path: string, { sources, settings, maps }: ProgramPaths): boolean {
  return (
    sources.includes(path) ||
    path === settings ||
    path.startsWith('ebpf/program/') ||
    (path.startsWith(`${maps}/`) && path.endsWith('.bin'))
  );
}

function isAlike(path: string, before: Uint8Array, after: Uint8Array, { sources, settings }: ProgramPaths): boolean {
  if (before.length === after.length && before.every((byte, at) => byte === after[at])) return true;
  const both = [before, after].map((bytes) => new TextDecoder().decode(bytes));
  const without = path === settings ? withoutBuild : sources.includes(path) ? withoutNames : undefined;
  return without !== undefined && without(both[0]!) === without(both[1]!);
}

function withoutBuild(settings: string): string {
  return settings.replace(/^#.*\n/gm, '').replace(/^build .*$/m, '');
}

/** A program's text without the comment that it begins with, and the room in tables of blocks: that which runs has its own. */
function withoutNames(source: string): string {
  return source.replace(/^\/\*.*?\*\//s, '').replace(/(__u64 blocks\[\d+\];\n\s*__u32 entries)\[\d+\]/g, '$1');
}

/** Bytes of a table, as words of 32 bits with the low byte first. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Uint32Array(bytes.byteLength >> 2);
  for (let at = 0; at < words.length; at++) words[at] = view.getUint32(at * 4, true);
  return words;
}

/** The blocks that differ; undefined: the table has no room for them. */
function changedBlocks(before: Uint32Array, after: Uint32Array): ReadonlyMap<number, Uint32Array> | undefined {
  const changed = new Map<number, Uint32Array>();
  let room = before.length - 2 * BLOCKS;
  for (let block = 0; block < BLOCKS; block++) {
    const [was, is] = [entriesOf(before, block), entriesOf(after, block)];
    room -= was.length;
    if (was.length === is.length && was.every((entry, at) => entry === is[at])) continue;
    changed.set(block, is);
    room -= is.length;
  }
  return room < 0 ? undefined : changed;
}

function entriesOf(table: Uint32Array, block: number): Uint32Array {
  const start = 2 * BLOCKS + table[2 * block]!;
  return table.subarray(start, start + table[2 * block + 1]!);
}

function delta(
  former: FormerBuild,
  { build, alsoLoad = [] }: LaterBuild,
  table: ChangedTable | undefined,
  { changes }: ProgramPaths,
): DeltaOutcome {
  const lines = [
    '# For sluice-load change: what leads from an earlier build to the one beside, where that runs. A block has all ranges of its',
    '# addresses: the lower half of the first, and the row of bits that is theirs from there on.',
    `since ${former.build}`,
    `build ${build}`,
    ...(table
      ? [`table ${table.name}`, ...[...table.blocks].map(([block, entries]) => blockLine(block, entries))]
      : []),
    'end',
  ];
  return {
    kind: 'delta',
    artifacts: [
      {
        path: changes,
        content: [new TextEncoder().encode(`${lines.join('\n')}\n`)],
        description: `what leads from build ${former.build.slice(0, 12)} to this one, block by block`,
      },
    ],
    load: ['make -C ebpf sluice-load', 'ebpf/sluice-load change', ...alsoLoad],
    figures: { blocks: table?.blocks.size ?? 0 },
    remarks: [],
  };
}

/** `block 192.0.0.0/16 0:0 512:1 768:0` */
function blockLine(block: number, entries: Uint32Array): string {
  const ranges = Array.from(entries, (entry) => `${entry >>> 16}:${entry & 0xffff}`);
  return `block ${block >> 8}.${block & 0xff}.0.0/16 ${ranges.join(' ')}`;
}
