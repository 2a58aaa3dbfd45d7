/** One rule of a dump, as clauses and what is done. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import { ruleSpan, type DumpTable } from './dump/dump.ts';
import { valuesOf } from './dump/values.ts';
import { Options, type WrittenLists } from './options.ts';
import { questionOf } from './residual/option-text.ts';
import { RuleBuilder } from './rule-builder.ts';
import type { ImportedRule } from './rules.ts';
import { readShapeOptions, type ShapeOptions, type UsedExtension } from './shape-options.ts';

export interface RuleSettings extends WrittenLists {
  readonly keepOpaque: boolean;
}

/** Translates the rules of a table; each shape's options are read once. */
export class RuleTranslator {
  readonly #findings: { readonly chain: string; readonly finding: Diagnostic }[] = [];
  readonly #table: DumpTable;
  readonly #settings: RuleSettings;
  readonly #shapes = new Map<number, ShapeOptions>();

  constructor(table: DumpTable, settings: RuleSettings) {
    this.#table = table;
    this.#settings = settings;
  }

  /** To be called for all rules of all tables before any is translated. */
  prepare(): void {
    const { rules } = this.#table;
    for (let index = 0; index < rules.shape.length; index++) {
      const { matches, target } = this.optionsOf(index);
      for (const { extension, used } of target ? [...matches, target] : matches) {
        extension.prepare?.(new Options(used, valuesOf(rules, index)), this.#settings);
      }
    }
  }

  /** No two of the rules are met by one packet; none: no packet ever meets the rule. */
  translate(index: number): ImportedRule[] {
    const { rules, chains, family, name } = this.#table;
    const shape = this.optionsOf(index);
    const values = valuesOf(rules, index);
    const chain = chains[rules.chain.at(index)]?.name ?? '';
    const builder = new RuleBuilder({ ...this.#settings, family, table: name, chain, span: ruleSpan(rules, index) });
    for (const what of shape.unknown) builder.unknown(`${what} is not known`);
    const say = ({ extension, used }: UsedExtension) => extension.translate(new Options(used, values), builder);
    say(shape.base);
    for (const match of shape.matches) {
      builder.question = () => questionOf(shape, match, values);
      say(match);
    }
    builder.closeMatches();
    if (shape.target) say(shape.target);
    if (shape.chain) {
      const { argument, isGoto } = shape.chain;
      const target = typeof argument === 'number' ? (values[argument] ?? '') : argument;
      builder.decide({ kind: isGoto ? 'goto' : 'jump', chain: target });
    }
    const built = builder.build();
    this.#findings.push(...builder.findings.map((finding) => ({ chain, finding })));
    return built;
  }

  /** What was found in rules of chains that packets come into. */
  findings(isLeftOut: (chain: string) => boolean): Diagnostic[] {
    return this.#findings.flatMap(({ chain, finding }) => (isLeftOut(chain) ? [] : [finding]));
  }

  optionsOf(index: number): ShapeOptions {
    const { rules } = this.#table;
    const shape = rules.shape.at(index);
    const known = this.#shapes.get(shape);
    if (known) return known;
    const read = readShapeOptions(rules.shapes[shape]!);
    this.#shapes.set(shape, read);
    return read;
  }
}
