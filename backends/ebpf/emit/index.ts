/** The files of a program: its text, what its maps hold, and the loader. */
import type { Artifact, SourceMapEntry } from '../../../compiler/plane.ts';
import { FIXED } from '../fixed.gen.ts';
import type { XdpProgram } from '../tree.ts';
import { bytesOfBuckets } from '../lower/bucket-memory.ts';
import { backendBytes, flowTableBytes, serviceBytes } from './balance.ts';
import { limitBytes } from './buckets.ts';
import { ConditionMap } from './conditions.ts';
import { headerText, programText, type Naming, type ProgramParts } from './program.ts';
import { rowBytes, ruleBytes, sizesOf } from './rules.ts';
import { rulesText } from './rule-list.ts';
import { settingsText } from './settings.ts';
import { blockTablesIn, layoutOf, tableBytes, tablesIn } from './tables.ts';

const FOLDER = 'ebpf';
const RULES = `${FOLDER}/maps/rules.txt`;

/** Everything of a program but the name of its build. */
export class ProgramFiles {
  readonly #parts: ProgramParts;
  /** Contents of maps, by name. */
  readonly #maps: ReadonlyMap<string, Uint8Array>;

  constructor(program: XdpProgram) {
    const { rules, balancing } = program;
    const sizes = sizesOf(rules);
    const fields = program.fields.map(layoutOf);
    const conditions = new ConditionMap(rules.flatMap((rule) => rule.conditions));
    this.#parts = { program, sizes, fields, conditions };
    const maps = new Map<string, Uint8Array>();
    if (rules.length > 0) {
      maps.set(
        'rules',
        ruleBytes(rules, sizes, (condition) => conditions.numberOf(condition)),
      );
    }
    if (conditions.count > 0) maps.set('conditions', conditions.bytes());
    if (program.bucketTables.length > 0) maps.set('limits', limitBytes(program.bucketTables));
    if (balancing.services.length > 0) {
      maps.set('services', serviceBytes(balancing.services));
      maps.set('backends', backendBytes(balancing.backends));
      if (balancing.memories.length > 0) maps.set('flow_tables', flowTableBytes(balancing.memories));
    }
    for (const field of fields) {
      maps.set(`${field.definition.map}_rules`, rowBytes(field.table, sizes));
      for (const table of tablesIn(field)) maps.set(table.name, tableBytes(table));
    }
    this.#maps = maps;
  }

  get figures(): Readonly<Record<string, number>> {
    const { program, fields } = this.#parts;
    const { services, backends } = program.balancing;
    const bytes = [...this.#maps.values()].reduce((sum, { length }) => sum + length, 0);
    return {
      rules: program.rules.length,
      fields: fields.length,
      rows: fields.reduce((sum, { table }) => sum + table.rowBits.length, 0),
      'bytes of maps': bytes,
      ...(program.bucketTables.length > 0 ? { 'bytes of buckets': bytesOfBuckets(program.bucketTables) } : {}),
      ...(services.length > 0 ? { services: services.length, backends: backends.length } : {}),
    };
  }

  /** Names of tables that can be changed while the program runs. */
  get blockTables(): readonly string[] {
    return blockTablesIn(this.#parts.fields);
  }

  artifacts(naming: Naming): readonly Artifact[] {
    const { program } = this.#parts;
    const source = programText(this.#parts, naming);
    return [
      text('xdp.bpf.c', source, "the program at XDP: what is the policy's own"),
      text('policy.h', headerText(this.#parts, naming), 'its sizes, and how its tables lie in memory'),
      text('policy.conf', settingsText(this.#parts, naming), 'where it runs, and names of counters, for the loader'),
      text('maps/rules.txt', rulesText(program.rules), 'which rule each number stands for, and its line'),
      ...[...this.#maps].map(([name, bytes]) => ({
        path: `${FOLDER}/maps/${name}.bin`,
        content: [bytes],
        description: `contents of the map ${name}`,
      })),
      ...fixedFiles(source),
    ];
  }

  /** Rules stand in `rules.txt`, a line each. */
  get sourceMap(): readonly SourceMapEntry[] {
    return this.#parts.program.rules.map(({ origin }, number) => ({
      path: RULES,
      line: number + 1,
      origin: origin.name,
      span: origin.span,
    }));
  }
}

export function text(path: string, content: string, description: string): Artifact {
  return { path: `${FOLDER}/${path}`, content: [new TextEncoder().encode(content)], description };
}

/** The files that are the same for all policies, without the parts that the program does not include. */
export function fixedFiles(program: string): readonly Artifact[] {
  const included = new Set<string>();
  const follow = (source: string): void => {
    for (const [, name] of source.matchAll(/^#include ".*?([\w-]+\.h)"$/gm)) {
      const path = `program/${name}`;
      if (FIXED[path] === undefined || included.has(path)) continue;
      included.add(path);
      follow(FIXED[path]);
    }
  };
  follow(program);
  for (const [path, source] of Object.entries(FIXED)) if (path.startsWith('loader/')) follow(source);
  const paths = Object.keys(FIXED).filter((path) => !path.startsWith('program/') || included.has(path));
  return paths.map((path) => text(path, FIXED[path]!, descriptionOf(path)));
}

/** What a file is that is the same for all policies. */
function descriptionOf(path: string): string {
  if (path.startsWith('program/')) return 'a part of the program that is the same for all policies';
  if (path.startsWith('loader/')) return 'a part of the loader';
  return 'builds the programs and their loader';
}
