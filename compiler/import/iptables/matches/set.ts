/** `-m set`: an ipset, whose members `ipset save` lists in a file of its own. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import type { IpSet } from '../sets/ip-set.ts';
import type { Direction } from '../sets/set-clauses.ts';

const COUNTED = [
  'packets-eq',
  'packets-lt',
  'packets-gt',
  'bytes-eq',
  'bytes-lt',
  'bytes-gt',
  'return-nomatch',
] as const;

export const set: Extension = {
  name: 'set',
  options: {
    'match-set': { words: 2, aliases: ['--set'] },
    'return-nomatch': FLAG,
    'update-counters': FLAG,
    'update-subcounters': FLAG,
    'packets-eq': VALUE,
    'packets-lt': VALUE,
    'packets-gt': VALUE,
    'bytes-eq': VALUE,
    'bytes-lt': VALUE,
    'bytes-gt': VALUE,
  },
  translate(options, rule) {
    const [name = '', ends = ''] = options.words('match-set') ?? [];
    const counted = COUNTED.find((option) => options.has(option));
    if (counted !== undefined) return rule.refuse(`\`--${counted}\` of a set`, 'Ask only whether it holds the packet.');
    const found = findSet(name, rule);
    const directions = directionsOf(ends);
    if (!found) return;
    if (!directions) return rule.unknown(`\`${ends}\` are no ends of a packet`);
    const clauses = rule.place.sets.clauses(found, directions, rule.family);
    if (clauses.kind === 'refused') {
      return rule.refuse(clauses.what, 'Write what you need of the set into the rule, one rule for each member.');
    }
    const { any } = clauses;
    const [only = [], ...others] = any;
    if (!options.isNegated('match-set')) {
      if (any.length === 0) rule.never();
      else if (others.length > 0) rule.anyOf(any);
      else for (const { slot, items } of only) rule.match(slot, items);
    } else if (others.length === 0 && only.length === 1) rule.match(only[0]!.slot, only[0]!.items, true);
    else if (any.length > 0) rule.unless(any);
  },
};

/** The set of such a name; tells once what of it no policy holds. Undefined: no file describes it, which is told. */
export function findSet(name: string, rule: RuleBuilder): IpSet | undefined {
  const { sets } = rule.place;
  const found = sets.find(name);
  if (!found) {
    rule.unknownSet(name);
    return undefined;
  }
  const going = found.elements.filter(({ expires }) => expires).length;
  if (going > 0 && sets.isFirstUse(name)) {
    rule.leaveOut(
      `${going} of the entries of the set \`${name}\` that time out are left out`,
      'The memory of that name begins empty: put those that you need into it, as `nft add element inet sluice …` does.',
    );
  }
  return found;
}

export function directionsOf(text: string): Direction[] | undefined {
  const words = text.split(',');
  const known = words.filter((word) => word === 'src' || word === 'dst');
  return known.length === words.length ? known : undefined;
}
