/** `-j SET`: a set that rules write. */
import { directionsOf, findSet } from '../matches/set.ts';
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import type { IpSet } from '../sets/ip-set.ts';

const WRITES = { words: 2 };

export const changeSet: Extension = {
  name: 'SET',
  options: {
    'add-set': WRITES,
    'del-set': WRITES,
    'map-set': WRITES,
    exist: FLAG,
    timeout: VALUE,
    'map-mark': FLAG,
    'map-prio': FLAG,
    'map-queue': FLAG,
  },
  prepare(options, { sets }) {
    for (const option of ['add-set', 'del-set'] as const) {
      const name = options.value(option);
      if (name !== undefined) sets.noteWritten(name);
    }
  },
  translate(options, rule) {
    if (options.has('map-set')) return rule.refuse('marks that a set holds', 'Give each mark a rule of its own.');
    for (const option of ['add-set', 'del-set'] as const) {
      const [name, ends = ''] = options.words(option) ?? [];
      const set = name === undefined ? undefined : findSet(name, rule);
      const directions = directionsOf(ends);
      if (!set) continue;
      if (!directions) return rule.unknown(`\`${ends}\` are no ends of a packet`);
      const odd = oddity(set, option, options);
      if (odd !== undefined) return rule.refuse(odd, 'Use a set of single addresses (`hash:ip`), or `-m recent`.');
      // The kernel puts no packet of the other family into the set.
      if (set.family !== rule.family) continue;
      change(set, option, directions[0] === 'src' ? 'source' : 'destination', options, rule);
    }
  },
};

type Change = 'add-set' | 'del-set';

/** What keeps the set from being a memory. */
function oddity(set: IpSet, how: Change, options: Options): string | undefined {
  const { name, type, odd, netmask, makesRoom, elements } = set;
  if (type !== 'hash:ip' || odd !== undefined || netmask !== undefined) {
    return `packets that are put into the set \`${name}\`, of the type ${type}`;
  }
  if (makesRoom) return `a full set that makes room for new entries, \`${name}\``;
  const lasts = elements.some(({ expires }) => !expires);
  if (how === 'del-set' && lasts) return `entries of the set \`${name}\` that the rules take out of it`;
  const forever = options.value('timeout') === '0' || (set.timeout === 0 && !options.has('timeout'));
  return set.timeout !== undefined && set.timeout > 0 && forever
    ? `entries that stay in the set \`${name}\`, among others that time out`
    : undefined;
}

function change(set: IpSet, how: Change, side: 'source' | 'destination', options: Options, rule: RuleBuilder): void {
  const memory = rule.place.sets.memoryOf(set)!;
  if (how === 'del-set') return rule.effect(`forget ${side} in ${memory}`);
  const seconds = options.number('timeout');
  const lasts = set.timeout === undefined || seconds === undefined || seconds === 0 ? '' : ` for ${seconds}s`;
  const effect = `remember ${side} in ${memory}${lasts}`;
  if (set.timeout === undefined || options.has('exist')) return rule.effect(effect);
  // What is in the set already keeps its time.
  const isNew = { slot: side === 'source' ? 'from' : 'to', items: [memory], negated: true } as const;
  rule.call(`add ${memory} ${side}${lasts}`, [{ terms: [isNew], effects: [effect], outcome: { kind: 'none' } }]);
}
