/** What fills the tables of a NIC: commands and files of its own tools, or P4Runtime alone. */
import type { NicDescription } from '../targets/index.ts';
import type { NicProgram } from '../tree.ts';
import { DPDK_TOOLS } from './pna/tools.ts';
import { BMV2_TOOLS } from './v1model/tools.ts';

export interface Tools {
  /** Entries in files of its own: those that fill the tables, and what empties them. */
  readonly entryFiles: (program: NicProgram) => readonly EntryFile[];
  /**
   * What changes the entries of one build into those of the next, by files in a folder; undefined: there is no way but by all of them.
   */
  readonly changes:
    | ((folder: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) => EntryChanges)
    | undefined;
  /** Commands, paths relative to the target's folder. */
  readonly load: readonly string[];
  readonly makes: readonly string[];
  readonly unload: readonly string[];
}

export interface EntryFile {
  readonly path: string;
  readonly content: string;
  readonly description: string;
}

/** Files, without the folder that they are in, and how to load them. */
export interface EntryChanges {
  readonly files: readonly EntryFile[];
  readonly load: readonly string[];
}

/** The compiler is the maker's. */
const P4RUNTIME_ALONE: Tools = {
  entryFiles: () => [],
  changes: () => ({ files: [], load: [] }),
  load: [],
  makes: [],
  unload: [],
};

const TOOLS: Readonly<Record<string, Tools>> = { bmv2: BMV2_TOOLS, dpdk: DPDK_TOOLS };

export function toolsOf({ tools }: NicDescription): Tools {
  return tools === undefined ? P4RUNTIME_ALONE : TOOLS[tools]!;
}
