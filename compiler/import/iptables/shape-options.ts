/** The options of a shape: which match or target each belongs to. Read once for each shape. */
import { base } from './base.ts';
import type { Shape, ShapeWord } from './dump/shapes.ts';
import { MATCHES } from './matches/index.ts';
import type { Argument, Extension, UsedOption } from './options.ts';
import { TARGETS } from './targets/index.ts';

export interface UsedExtension {
  readonly extension: Extension;
  readonly used: UsedOption[];
}

export interface ShapeOptions {
  readonly base: UsedExtension;
  /** In the order in which they are asked. */
  readonly matches: readonly UsedExtension[];
  readonly target: UsedExtension | undefined;
  /** The chain that packets jump or go to, where it is no target. */
  readonly chain: { readonly argument: Argument; readonly isGoto: boolean } | undefined;
  /** What is not known, for people. */
  readonly unknown: readonly string[];
}

const matchesByName = new Map(MATCHES.map((match) => [match.name, match]));
const targetsByName = new Map(TARGETS.map((target) => [target.name, target]));

/** Names under which an extension is known, too. */
const ALIASES: Readonly<Record<string, string>> = { icmpv6: 'icmp6', 'ipv6-icmp': 'icmp6' };

export function readShapeOptions(shape: Shape): ShapeOptions {
  return new ShapeReader(shape.words).read();
}

class ShapeReader {
  readonly #words: readonly ShapeWord[];
  readonly #base: UsedExtension = { extension: base, used: [] };
  readonly #matches: UsedExtension[] = [];
  readonly #unknown: string[] = [];
  #target: UsedExtension | undefined;
  #chain: ShapeOptions['chain'];
  #at = 0;
  #values = 0;

  constructor(words: readonly ShapeWord[]) {
    this.#words = words;
  }

  read(): ShapeOptions {
    while (this.#at < this.#words.length) this.#option();
    return {
      base: this.#base,
      matches: this.#matches,
      target: this.#target,
      chain: this.#chain,
      unknown: this.#unknown,
    };
  }

  #next(): Argument {
    const word = this.#words[this.#at++];
    return word ?? this.#values++;
  }

  #option(): void {
    let negated = false;
    let word = this.#next();
    if (word === '!') {
      negated = true;
      word = this.#next();
    }
    if (typeof word === 'number' || !word.startsWith('-')) return this.#odd(word);
    const found = this.#find(word);
    if (!found) return this.#odd(word);
    const { owner, name } = found;
    const given: Argument[] = [];
    for (let left = owner.extension.options[name]!.words; left > 0 && this.#at < this.#words.length; left--) {
      // Before 1.4.3, the `!` stood behind the option.
      if (this.#words[this.#at] === '!') {
        negated = true;
        this.#at++;
      }
      given.push(this.#next());
    }
    owner.used.push({ name, negated, arguments: given });
    if (owner === this.#base) this.#load(name, given[0]);
  }

  /** `-m`, `-j` and `-p` bring options of their own. */
  #load(name: string, word: Argument | undefined): void {
    if (name === 'match' && typeof word === 'string') this.#loadMatch(word);
    if ((name === 'jump' || name === 'goto') && word !== undefined) this.#loadTarget(word, name === 'goto');
  }

  #loadMatch(word: string): void {
    const extension = matchesByName.get(ALIASES[word] ?? word);
    if (extension) this.#matches.push({ extension, used: [] });
    else this.#unknown.push(`the match \`${word}\``);
  }

  #loadTarget(word: Argument, isGoto: boolean): void {
    const extension = typeof word === 'string' && !isGoto ? targetsByName.get(word) : undefined;
    if (extension) this.#target = { extension, used: [] };
    else if (typeof word === 'number') this.#chain = { argument: word, isGoto };
    else this.#unknown.push(`the target \`${word}\``);
  }

  /** Later matches first: two can have an option of one name. */
  #find(word: string): { owner: UsedExtension; name: string } | undefined {
    const owners = [...(this.#target ? [this.#target] : []), ...this.#matches.toReversed(), this.#base];
    for (const owner of owners) {
      const name = optionNamed(owner.extension, word);
      if (name !== undefined) return { owner, name };
    }
    return this.#impliedBy(word) ?? abbreviated(word, owners);
  }

  /** `-p tcp` brings the options of `-m tcp`. */
  #impliedBy(word: string): { owner: UsedExtension; name: string } | undefined {
    const protocol = this.#base.used.find((option) => option.name === 'protocol')?.arguments[0];
    const implied = typeof protocol === 'string' ? matchesByName.get(ALIASES[protocol] ?? protocol) : undefined;
    const name = implied && optionNamed(implied, word);
    if (!implied || name === undefined) return undefined;
    const owner: UsedExtension = { extension: implied, used: [] };
    this.#matches.push(owner);
    return { owner, name };
  }

  /** Tells the first odd word only: the rest follows from it. */
  #odd(word: Argument): void {
    if (this.#unknown.length === 0) this.#unknown.push(`\`${typeof word === 'string' ? word : 'a value here'}\``);
  }
}

/** Long options may be cut short where no other begins so (getopt_long(3)): `--to` for `--to-destination`. */
function abbreviated(
  word: string,
  owners: readonly UsedExtension[],
): { readonly owner: UsedExtension; readonly name: string } | undefined {
  if (!/^--\w/.test(word)) return undefined;
  const found = owners.flatMap((owner) =>
    Object.keys(owner.extension.options)
      .filter((name) => name.startsWith(word.slice(2)))
      .map((name) => ({ owner, name })),
  );
  return found.length === 1 ? found[0] : undefined;
}

function optionNamed({ options }: Extension, word: string): string | undefined {
  const long = word.startsWith('--') ? word.slice(2) : undefined;
  if (long !== undefined && Object.hasOwn(options, long)) return long;
  return Object.keys(options).find((name) => options[name]?.aliases?.includes(word));
}
