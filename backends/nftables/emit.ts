/** The table as text that `nft -f` loads in one transaction, and that a careful engineer would have written. */
import Handlebars from 'handlebars';
import { oneLine } from '../../compiler/artifacts/one-line.ts';
import { TextBuffer } from '../../compiler/artifacts/text-buffer.ts';
import type { SourceMapEntry, WriteContext } from '../../compiler/plane.ts';
import type { Origin } from '../../compiler/model/index.ts';
import { positionOf } from '../../grammar/source.ts';
import { durationText } from './lower/effects.ts';
import { BUILD_CHAIN, quoted } from './names.ts';
import { setSize } from './set-size.ts';
import * as templates from './templates.gen.ts';
import type { Elements, NftChain, NftRule, NftSet, NftTable } from './tree.ts';

/** Longest comment of a rule (NFTNL_UDATA_COMMENT_MAXLEN of libnftnl). */
const LONGEST_COMMENT = 127;
/** Sets up to this size stand inside the table; larger ones follow it in `add element` statements. */
const INLINE_ELEMENTS = 32;
/** Elements in one `add element` statement: few and large is what nft reads fastest. */
const ELEMENTS_PER_STATEMENT = 65_536;

/** Rules of the policy that are named before the one rule that carries all of them out; a reader looks no further. */
const MOST_PLACES = 64;

type Template = (values: object) => string;

/** The skeleton of a table; elements and rules are written between, since there may be millions. */
const TEMPLATES = {
  header: compileTemplate(templates.header),
  namedObject: compileTemplate(templates.namedObject),
  setHead: compileTemplate(templates.setHead),
  chainHead: compileTemplate(templates.chainHead),
} as const;

function compileTemplate(text: string): Template {
  return Handlebars.compile(text, { noEscape: true, strict: false });
}

export interface Emitted {
  /** The text of a build of this name. */
  readonly content: (build: string) => readonly Uint8Array[];
  readonly sourceMap: readonly SourceMapEntry[];
}

/** Writes the table; `path` is the artifact's, for the source map. */
export function emitTable(table: NftTable, context: WriteContext, path: string): Emitted {
  return new Emitter(table, context, path).run();
}

class Emitter {
  readonly #out = new TextBuffer();
  readonly #table: NftTable;
  readonly #context: WriteContext;
  readonly #path: string;
  readonly #sourceMap: SourceMapEntry[] = [];
  #line = 1;

  constructor(table: NftTable, context: WriteContext, path: string) {
    this.#table = table;
    this.#context = context;
    this.#path = path;
  }

  run(): Emitted {
    const { name, objects } = this.#table;
    const { policy, remarks } = this.#context;
    const header = (build: string): string =>
      TEMPLATES.header({ policy: oneLine(policy), build, remarks, name, buildChain: BUILD_CHAIN });
    this.#line += linesIn(header(''));
    for (const object of objects) {
      this.#fill(TEMPLATES.namedObject, { ...object, description: object.description && oneLine(object.description) });
    }
    for (const set of this.#table.sets) this.#set(set);
    for (const chain of this.#table.chains) this.#chain(chain);
    this.#put('}');
    for (const set of this.#table.sets) this.#elements(set);
    const body = this.#out.finish();
    return { content: (build) => [new TextEncoder().encode(header(build)), body], sourceMap: this.#sourceMap };
  }

  #set(set: NftSet): void {
    const data = set.data.length > 0 ? ` : ${set.data.join(' . ')}` : '';
    this.#fill(TEMPLATES.setHead, {
      ...set,
      size: setSize(set),
      typeWord: set.typeof ? 'typeof' : 'type',
      type: `${set.key.join(' . ')}${data}`,
      flags: set.flags.join(','),
      timeout: set.timeout === undefined ? '' : durationText(set.timeout),
      cleanedEach: set.cleanedEach === undefined ? '' : durationText(set.cleanedEach),
    });
    const { elements } = set;
    // A map may name chains that come later in the table, so verdicts are always added behind it.
    if (elements && elements.count > 0 && this.#isInline(set)) {
      this.#put('\t\telements = {');
      this.#rows(elements, 0, elements.count, '\t\t\t');
      this.#put('\t\t}');
    }
    this.#put('\t}');
  }

  #isInline(set: NftSet): boolean {
    return set.elements !== undefined && set.elements.count <= INLINE_ELEMENTS && set.data[0] !== 'verdict';
  }

  #elements(set: NftSet): void {
    const { elements } = set;
    if (!elements || elements.count === 0 || this.#isInline(set)) return;
    for (let from = 0; from < elements.count; from += ELEMENTS_PER_STATEMENT) {
      const to = Math.min(elements.count, from + ELEMENTS_PER_STATEMENT);
      this.#put('');
      this.#put(`add element inet ${this.#table.name} ${set.name} {`);
      this.#rows(elements, from, to, '\t');
      this.#put('}');
    }
  }

  #rows(elements: Elements, from: number, to: number, indent: string): void {
    for (let index = from; index < to; index++) {
      this.#out.write(indent);
      elements.write(index, this.#out);
      this.#out.write(index + 1 < to ? ',\n' : '\n');
    }
    this.#line += to - from;
  }

  #chain(chain: NftChain): void {
    const hook = chain.hook && { ...chain.hook, devices: devicesText(chain.hook.devices) };
    this.#fill(TEMPLATES.chainHead, { name: chain.name, description: oneLine(chain.description), hook });
    let previous: NftRule | undefined;
    for (const rule of chain.rules) {
      this.#rule(rule, previous, chain);
      previous = rule;
    }
    this.#put('\t}');
  }

  #rule(rule: NftRule, previous: NftRule | undefined, chain: NftChain): void {
    const { origin } = rule;
    const isFirst = previous === undefined;
    const isNew = isFirst || previous.origin !== origin || rule.remark !== undefined;
    if (isNew && (!isFirst || chain.hook)) this.#put('');
    if (isNew && origin) {
      for (const line of origin.documentation) this.#put(`\t\t# ${oneLine(line)}`);
      this.#places([origin, ...(rule.merged ?? [])]);
    } else if (isNew && rule.remark) {
      this.#put(`\t\t# ${rule.remark}`);
    }
    if (origin) this.#sourceMap.push({ path: this.#path, line: this.#line, origin: origin.name, span: origin.span });
    const comment = origin ? ` comment ${quoted(origin.name, LONGEST_COMMENT)}` : '';
    this.#put(`\t\t${rule.statements.join(' ')}${comment}`);
  }

  /** The rules of the policy that one rule carries out: so many by name. */
  #places(origins: readonly Origin[]): void {
    for (const origin of origins.slice(0, MOST_PLACES)) this.#place(origin);
    const more = origins.length - MOST_PLACES;
    if (more > 0) this.#put(`\t\t# ... and ${more} more`);
  }

  /** Where in the policy a rule stands, and its text there. */
  #place(origin: Origin): void {
    const { line } = positionOf(origin.span.source, origin.span.start);
    this.#put(`\t\t# ${oneLine(`${origin.span.source.path}:${line}: ${origin.text}`)}`);
  }

  #fill(template: Template, values: object): void {
    const text = template(values);
    this.#out.write(text);
    this.#line += linesIn(text);
  }

  #put(line: string): void {
    this.#out.write(line);
    this.#out.write('\n');
    this.#line += 1;
  }
}

/** How many lines end in a text. */
function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

/** The devices of an ingress hook. */
function devicesText(devices: readonly string[]): string {
  const names = devices.map((device) => `"${device}"`);
  if (names.length < 2) return names.length === 0 ? '' : ` device ${names[0]}`;
  return ` devices = { ${names.join(', ')} }`;
}
