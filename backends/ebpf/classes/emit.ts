/** The files of a choice of classes: its program, what the program's maps hold, and what the loader is told. */
import type { Artifact, SourceMapEntry } from '../../../compiler/plane.ts';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import { fixedFiles, text } from '../emit/index.ts';
import { MapBytes } from '../emit/map-bytes.ts';
import { commentText, compileTemplate, fieldValues, tableValues, type Naming } from '../emit/program.ts';
import { ruleText } from '../emit/rule-list.ts';
import { rowBytes, rowSizes, type RowSizes } from '../emit/rules.ts';
import { blockTablesIn, layoutOf, tableBytes, tablesIn, type FieldLayout } from '../emit/tables.ts';
import { classId } from '../../../compiler/model/shape-classes.ts';
import * as templates from '../templates.gen.ts';
import type { Classes, ClassAction, ClassRule } from './tree.ts';

const MAPS = 'maps/classes';
const RULES = `${MAPS}/rules.txt`;
/** Of `struct rule`. */
const BYTES_OF_RULE = 16;

const TEMPLATES = {
  program: compileTemplate(templates.classes),
  header: compileTemplate(templates.classesHeader),
} as const;

/** Everything of a choice but the name of its build. */
export class ClassFiles {
  readonly #classes: Classes;
  readonly #sizes: RowSizes;
  readonly #fields: readonly FieldLayout[];
  /** Those of whose values some have classes. */
  readonly #classed: readonly FieldLayout[];
  /** Numbers that a row has at most; elements of maps begin at multiples of eight bytes. */
  readonly #columns: number;
  /** Contents of maps, by name. */
  readonly #maps: ReadonlyMap<string, Uint8Array>;

  constructor(classes: Classes) {
    const { rules } = classes;
    this.#classes = classes;
    this.#sizes = rowSizes(rules.length);
    this.#fields = classes.fields.map(layoutOf);
    this.#classed = this.#fields.filter(({ table }) => numbersIn(table) > 0);
    this.#columns = 2 * Math.ceil(Math.max(0, ...classes.fields.map(numbersIn)) / 2);
    const maps = new Map<string, Uint8Array>([['rules', this.#ruleBytes()]]);
    for (const field of this.#fields) {
      maps.set(`${field.definition.map}_rules`, rowBytes(field.table, this.#sizes));
      for (const table of tablesIn(field)) maps.set(table.name, tableBytes(table));
    }
    for (const field of this.#classed) maps.set(`${field.definition.map}_classes`, this.#classBytes(field));
    this.#maps = maps;
  }

  get figures(): Readonly<Record<string, number>> {
    const { rules, fields } = this.#classes;
    return {
      'class rules': rules.length,
      'class fields': fields.length,
      'class rows': fields.reduce((sum, { rowBits }) => sum + rowBits.length, 0),
      'bytes of class maps': [...this.#maps.values()].reduce((sum, { length }) => sum + length, 0),
    };
  }

  /** Names of tables that can be changed while the program runs. */
  get blockTables(): readonly string[] {
    return blockTablesIn(this.#fields);
  }

  artifacts(naming: Naming): readonly Artifact[] {
    const program = TEMPLATES.program(this.#values(naming, fieldValues));
    const header = TEMPLATES.header(this.#values(naming, tableValues));
    return [
      text('classes.bpf.c', program, "the program that chooses the class of what leaves: what is the policy's own"),
      text('classes.h', header, 'its sizes, and how its tables lie in memory'),
      text('classes.conf', settingsText(this.#classes, naming), 'where packets leave, for the loader'),
      text(RULES, rulesText(this.#classes.rules), 'which rule of `shape` each number stands for, and its line'),
      ...[...this.#maps].map(([name, bytes]) => ({
        path: `ebpf/${MAPS}/${name}.bin`,
        content: [bytes],
        description: `contents of the map ${name} of \`shape\``,
      })),
      ...fixedFiles(program),
    ];
  }

  /** Rules stand in `rules.txt`, a line each. */
  get sourceMap(): readonly SourceMapEntry[] {
    return this.#classes.rules.map(({ origin }, number) => ({
      path: `ebpf/${RULES}`,
      line: number + 1,
      origin: origin.name,
      span: origin.span,
    }));
  }

  /** What the templates are told. */
  #values(naming: Naming, ofField: (field: FieldLayout) => object): object {
    const { target, interfaces, fields, markBits } = this.#classes;
    return {
      ...naming,
      policy: commentText(naming.policy),
      target,
      ...this.#sizes,
      columns: this.#columns,
      markBits: `0x${markBits.toString(16)}`,
      zones: fields.some(({ field }) => field === 'out'),
      interfaces: interfaces.length,
      fields: this.#fields.map(ofField),
      classed: this.#classed.map(fieldValues),
    };
  }

  /** `struct rule` for each. */
  #ruleBytes(): Uint8Array {
    const { rules } = this.#classes;
    const map = new MapBytes(rules.length * BYTES_OF_RULE);
    for (const { action } of rules) {
      if (action.kind === 'class') map.u32([action.number, 0, 0, 0]);
      else map.u32([0, this.#classed.findIndex(({ table }) => table.field === action.field), action.column, 0]);
    }
    return map.bytes;
  }

  /** `struct row_classes` for each row. */
  #classBytes({ table: { rowNumbers } }: FieldLayout): Uint8Array {
    const all = new Uint32Array(rowNumbers.length * this.#columns);
    for (const [row, numbers] of rowNumbers.entries()) all.set(numbers, row * this.#columns);
    return new MapBytes(all.length * 4).u32(all).bytes;
  }
}

function numbersIn({ rowNumbers }: Classes['fields'][number]): number {
  return rowNumbers[0]?.length ?? 0;
}

/** `3 class 1:2f policy.sluice:34 class voice for dscp is ef` */
function rulesText(rules: readonly ClassRule[]): string {
  return rules.map(({ origin, action }, number) => `${number} ${actionText(action)} ${ruleText(origin)}\n`).join('');
}

function actionText(action: ClassAction): string {
  return action.kind === 'class' ? `class ${classId(action.number)}` : `class of a row of ${action.table}`;
}

/** `classes.conf`: what the loader reads, a setting a line, a word and its values. */
function settingsText({ target, interfaces }: Classes, { policy, build }: Naming): string {
  const lines = [
    `# For sluice-load: where the program runs that chooses the classes of ${oneLine(policy)}.`,
    `target ${target}`,
    `build ${build}`,
    ...interfaces.map(({ name }) => `interface ${name} egress`),
    ...interfaces.map(({ name, zone }) => `zone ${name} untagged ${zone}`),
  ];
  return `${lines.join('\n')}\n`;
}
