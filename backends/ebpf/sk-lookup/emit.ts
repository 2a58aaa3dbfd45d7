/** The files of a dispatch: its program, what the program's maps hold, and the loader. */
import type { Artifact, SourceMapEntry } from '../../../compiler/plane.ts';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import { fixedFiles, text } from '../emit/index.ts';
import { MapBytes } from '../emit/map-bytes.ts';
import { commentText, compileTemplate, fieldValues, tableValues, type Naming } from '../emit/program.ts';
import { rulesText } from '../emit/rule-list.ts';
import { rowBytes, sizesOf, type Sizes } from '../emit/rules.ts';
import { layoutOf, tableBytes, tablesIn, type FieldLayout } from '../emit/tables.ts';
import * as templates from '../templates.gen.ts';
import { BYTES_OF_KEY, BYTES_OF_NAME, KINDS } from './sizes.ts';
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
  readonly #sizes: Sizes;
  readonly #fields: readonly FieldLayout[];
  /** Contents of maps, by name. */
  readonly #maps: ReadonlyMap<string, Uint8Array>;

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
    this.#sizes = sizesOf(dispatch.rules.map((rule) => ({ ...rule, conditions: [], counts: [] })));
    this.#fields = dispatch.fields.map(layoutOf);
    const maps = new Map<string, Uint8Array>();
    if (dispatch.rules.length > 0) {
      maps.set('rules', ruleBytes(dispatch));
      maps.set('socket_keys', keyBytes(dispatch));
    }
    for (const field of this.#fields) {
      maps.set(`${field.definition.map}_rules`, rowBytes(field.table, this.#sizes));
      for (const table of tablesIn(field)) maps.set(table.name, tableBytes(table));
    }
    this.#maps = maps;
  }

  get figures(): Readonly<Record<string, number>> {
    const { rules, fields, sockets } = this.#dispatch;
    return {
      rules: rules.length,
      fields: fields.length,
      rows: fields.reduce((sum, { rowBits }) => sum + rowBits.length, 0),
      sockets: sockets.length,
      'bytes of maps': [...this.#maps.values()].reduce((sum, { length }) => sum + length, 0),
    };
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
    const { target, sockets, counters } = this.#dispatch;
    return {
      ...naming,
      policy: commentText(naming.policy),
      target,
      ...this.#sizes,
      sockets: sockets.length,
      counters: counters.length,
      fields: this.#fields.map(ofField),
    };
  }
}

/** `struct rule` for each rule. */
function ruleBytes({ rules, sockets, counters }: Dispatch): Uint8Array {
  const socketNumbers = new Map(sockets.map((name, number) => [name, number]));
  const counterNumbers = new Map(counters.map((name, number) => [name, number]));
  const map = new MapBytes(rules.length * 8);
  for (const { action, origin } of rules) {
    map.u32([socketNumbers.get(action.socket)!, counterNumbers.get(origin.name)!]);
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
function settingsText({ target, sockets, counters }: Dispatch, { policy, build }: Naming): string {
  const lines = [
    `# For sluice-load: what the sockets and the counters of ${oneLine(policy)} are called.`,
    `target ${target}`,
    `build ${build}`,
    ...sockets.map((name) => `socket ${oneLine(name)}`),
    ...counters.map((name) => `counter ${oneLine(name)}`),
  ];
  return `${lines.join('\n')}\n`;
}
