/** The files of a dispatch: its program, what the program's maps hold, and the loader. */
import type { Artifact, SourceMapEntry } from '../../../compiler/plane.ts';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import { limitBytes } from '../emit/buckets.ts';
import { fixedFiles, text } from '../emit/index.ts';
import { MapBytes } from '../emit/map-bytes.ts';
import { commentText, compileTemplate, fieldValues, tableValues, type Naming } from '../emit/program.ts';
import { rulesText } from '../emit/rule-list.ts';
import { rowBytes, rowSizes, type RowSizes } from '../emit/rules.ts';
import { blockTablesIn, layoutOf, tableBytes, tablesIn, type FieldLayout } from '../emit/tables.ts';
import { bucketLines } from '../emit/settings.ts';
import { bytesOfBuckets, keyWordsOf } from '../lower/bucket-memory.ts';
import type { LimitCondition } from '../tree.ts';
import * as templates from '../templates.gen.ts';
import { BYTES_OF_KEY, BYTES_OF_NAME, BYTES_OF_RULE, BYTES_OF_SOCKET_LIMIT, KINDS } from './sizes.ts';
import type { Dispatch } from './tree.ts';

const MAPS = 'maps/dispatch';
const RULES = `${MAPS}/rules.txt`;

const TEMPLATES = {
  program: compileTemplate(templates.dispatch),
  header: compileTemplate(templates.dispatchHeader),
} as const;

/** Everything of a dispatch but the name of its build. */
export class DispatchFiles {
  readonly #dispatch: Dispatch;
  readonly #sizes: RowSizes;
  readonly #fields: readonly FieldLayout[];
  /** Of sockets, by number. */
  readonly #limits: readonly LimitCondition[];
  /** Contents of maps, by name. */
  readonly #maps: ReadonlyMap<string, Uint8Array>;

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
    this.#sizes = rowSizes(dispatch.rules.length);
    this.#fields = dispatch.fields.map(layoutOf);
    this.#limits = dispatch.rules.flatMap(({ action }) => action.limit ?? []);
    const maps = new Map<string, Uint8Array>();
    if (this.#limits.length > 0) {
      maps.set('limits', limitBytes(dispatch.bucketTables));
      maps.set('socket_limits', socketLimitBytes(this.#limits));
    }
    if (dispatch.rules.length > 0) {
      maps.set('rules', ruleBytes(dispatch, this.#limits));
      maps.set('socket_keys', keyBytes(dispatch));
    }
    for (const field of this.#fields) {
      maps.set(`${field.definition.map}_rules`, rowBytes(field.table, this.#sizes));
      for (const table of tablesIn(field)) maps.set(table.name, tableBytes(table));
    }
    this.#maps = maps;
  }

  get figures(): Readonly<Record<string, number>> {
    const { rules, fields, sockets, bucketTables } = this.#dispatch;
    return {
      rules: rules.length,
      fields: fields.length,
      rows: fields.reduce((sum, { rowBits }) => sum + rowBits.length, 0),
      sockets: sockets.length,
      ...(bucketTables.length > 0 ? { 'bytes of buckets': bytesOfBuckets(bucketTables) } : {}),
      'bytes of maps': [...this.#maps.values()].reduce((sum, { length }) => sum + length, 0),
    };
  }

  /** Names of tables that can be changed while the program runs. */
  get blockTables(): readonly string[] {
    return blockTablesIn(this.#fields);
  }

  artifacts(naming: Naming): readonly Artifact[] {
    const { rules } = this.#dispatch;
    const program = TEMPLATES.program(this.#values(naming, fieldValues));
    const header = TEMPLATES.header(this.#values(naming, tableValues));
    return [
      text('dispatch.bpf.c', program, "the program at sk_lookup: what is the policy's own"),
      text('dispatch.h', header, 'its sizes, and how its tables lie in memory'),
      text('dispatch.conf', settingsText(this.#dispatch, naming), 'names of sockets and of counters, for the loader'),
      text(RULES, rulesText(rules), 'which rule of `dispatch` each number stands for, and its line'),
      ...[...this.#maps].map(([name, bytes]) => ({
        path: `ebpf/${MAPS}/${name}.bin`,
        content: [bytes],
        description: `contents of the map ${name} of \`dispatch\``,
      })),
      ...fixedFiles(program),
    ];
  }

  /** Rules stand in `rules.txt`, a line each. */
  get sourceMap(): readonly SourceMapEntry[] {
    return this.#dispatch.rules.map(({ origin }, number) => ({
      path: `ebpf/${RULES}`,
      line: number + 1,
      origin: origin.name,
      span: origin.span,
    }));
  }

  /** What the templates are told. */
  #values(naming: Naming, ofField: (field: FieldLayout) => object): object {
    const { target, sockets, counters, bucketTables } = this.#dispatch;
    return {
      ...naming,
      policy: commentText(naming.policy),
      target,
      ...this.#sizes,
      sockets: sockets.length,
      counters: counters.length,
      limits: this.#limits.length,
      bucketTables: bucketTables.length,
      keyWords: keyWordsOf(bucketTables),
      fields: this.#fields.map(ofField),
    };
  }
}

/** `ABSENT` of the program. */
const ABSENT = 0xffffffff;

/** `struct rule` for each rule. */
function ruleBytes({ rules, sockets, counters }: Dispatch, limits: readonly LimitCondition[]): Uint8Array {
  const socketNumbers = new Map(sockets.map((name, number) => [name, number]));
  const counterNumbers = new Map(counters.map((name, number) => [name, number]));
  const limitNumbers = new Map(limits.map((limit, number) => [limit, number]));
  const map = new MapBytes(rules.length * BYTES_OF_RULE);
  for (const { action, origin } of rules) {
    const limit = action.limit ? limitNumbers.get(action.limit)! : ABSENT;
    map.u32([socketNumbers.get(action.socket)!, counterNumbers.get(origin.name)!, limit, 0]);
  }
  return map.bytes;
}

/** `struct socket_limit` for each. */
function socketLimitBytes(limits: readonly LimitCondition[]): Uint8Array {
  const map = new MapBytes(limits.length * BYTES_OF_SOCKET_LIMIT);
  for (const { buckets, holdsWhenFull, row = 0, pace } of limits) {
    map.u32([...buckets, Number(holdsWhenFull), row]);
    map.u64([pace.period, pace.burst, pace.clock, BigInt(pace.perByte)]);
  }
  return map.bytes;
}

/** `struct socket_key` for each kind of each name. */
function keyBytes({ sockets }: Dispatch): Uint8Array {
  const bytes = new Uint8Array(sockets.length * KINDS.length * BYTES_OF_KEY);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const name of sockets) {
    for (const { protocol, family } of KINDS) {
      bytes.set(new TextEncoder().encode(oneLine(name)), at);
      view.setUint32(at + BYTES_OF_NAME, protocol, true);
      view.setUint32(at + BYTES_OF_NAME + 4, family, true);
      at += BYTES_OF_KEY;
    }
  }
  return bytes;
}

/** `dispatch.conf`: what the loader reads, a setting a line, a word and its values. */
function settingsText(dispatch: Dispatch, { policy, build }: Naming): string {
  const { target, rules, sockets, counters, bucketTables } = dispatch;
  const limited = new Set(rules.flatMap(({ action }) => (action.limit ? action.socket : [])));
  const lines = [
    `# For sluice-load: what the sockets and the counters of ${oneLine(policy)} are called.`,
    `target ${target}`,
    `build ${build}`,
    ...sockets.map((name) => `socket ${oneLine(name)}`),
    ...[...limited].map((name) => `limited ${oneLine(name)}`),
    ...bucketTables.flatMap(bucketLines),
    ...counters.map((name) => `counter ${oneLine(name)}`),
  ];
  return `${lines.join('\n')}\n`;
}
