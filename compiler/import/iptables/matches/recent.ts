/** `-m recent`: addresses seen lately. Its lists become memories. */
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';
import type { Memories, MemoryQuestion, MemoryUse } from '../memories.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import type { CalledRule } from '../rule-stages.ts';
import type { Slot } from '../rules.ts';

const DEFAULT_LIST = 'DEFAULT';

/** `ip_list_tot` of xt_recent, unless the module was loaded with another. */
const USUAL_ADDRESSES = 100;

/** `ip_pkt_list_tot` of xt_recent: no rule could ask for more before Linux 3.19, and few do. */
const MOST_HITS = 20;

export const recent: Extension = {
  name: 'recent',
  options: {
    set: FLAG,
    rcheck: FLAG,
    update: FLAG,
    remove: FLAG,
    seconds: VALUE,
    reap: FLAG,
    hitcount: VALUE,
    rttl: FLAG,
    name: VALUE,
    rsource: FLAG,
    rdest: FLAG,
    mask: VALUE,
  },
  prepare(options, { memories }) {
    const question = questionOf(options);
    if (question && question.hits <= MOST_HITS) memories.note(question);
    else memories.noteList(listOf(options));
  },
  translate(options, rule) {
    const mask = options.value('mask');
    if (mask !== undefined && mask !== '255.255.255.255' && !/^f{4}(:f{4}){7}$/.test(mask)) {
      return rule.refuse('a list of networks', 'Leave `--mask` out, or name the networks in a rule.');
    }
    if (options.has('rttl')) {
      const hint = 'Leave `--rttl` out: all packets of an address are then counted, however many hops they have left.';
      return rule.refuse('a list of addresses each with a number of hops', hint);
    }
    const hits = questionOf(options)?.hits ?? 1;
    if (hits > MOST_HITS) {
      const hint = 'A limit comes close: `-m hashlimit --hashlimit-above RATE --hashlimit-mode srcip`.';
      return rule.refuse(`an address that was seen ${hits} times, for more than ${MOST_HITS}`, hint);
    }
    if (options.has('reap') && reapsForOthers(options, rule.place.memories)) {
      const hint = 'Leave `--reap` out: entries that are too old are forgotten all the same.';
      return rule.refuse('entries that one rule clears away and another asks for', hint);
    }
    use(options, rule, rule.place.memories);
  },
};

function use(options: Options, rule: RuleBuilder, memories: Memories): void {
  const list = listOf(options);
  if (memories.isFirstUse(list)) {
    rule.leaveOut(
      `the list \`${list}\` forgets its oldest address for a new one once it holds ${USUAL_ADDRESSES}; its memory does not`,
      'A memory holds up to 65,536 addresses of a family, and takes no new one while it is full: `keys N` in its ' +
        'declaration says another number. Addresses that the kernel would have forgotten stay remembered.',
    );
  }
  const side = options.has('rdest') ? 'destination' : 'source';
  const negated = ['set', 'rcheck', 'update', 'remove'].some((name) => options.isNegated(name));
  const question = questionOf(options);
  if (question === undefined) {
    if (negated) return rule.refuse('`! --set`, which never matches', 'Write the list in a rule before.');
    remember(list, side, rule);
    return rule.closeMatches();
  }
  if (negated && !options.has('rcheck')) {
    return rule.refuse('a list that is changed where an address is not in it', 'Ask with `! --rcheck`.');
  }
  ask(memories.of(question), SLOT_OF[side], negated, rule);
  if (options.has('update')) remember(list, side, rule);
  if (options.has('remove')) {
    for (const { names } of memories.all(list)) for (const name of names) rule.effect(`forget ${side} in ${name}`);
  }
  if (!options.has('rcheck')) rule.closeMatches();
}

type Side = 'source' | 'destination';

const SLOT_OF: Readonly<Record<Side, Slot>> = { source: 'from', destination: 'to' };

/** In a memory; in a ring, there are so many times as it is for if no two neighbours are without the address. */
function ask(names: readonly string[], slot: Slot, negated: boolean, rule: RuleBuilder): void {
  const [only = '', ...others] = names;
  if (others.length === 0) return rule.match(slot, [only], negated);
  const pairs = names.map((name, at) => [name, names[(at + 1) % names.length]!]);
  if (!negated) {
    return rule.unless(pairs.map((pair) => pair.map((name) => ({ slot, items: [name], negated: true }))));
  }
  // The complement: the one that is without the address stands between two that are not.
  rule.unless(
    names.map((before, at) => [
      { slot, items: [before], negated: false },
      { slot, items: [names[(at + 1) % names.length]!], negated: true },
      { slot, items: [names[(at + 2) % names.length]!], negated: false },
    ]),
  );
}

/** Writes down that the address is seen now, in each memory and ring of the list. */
function remember(list: string, side: Side, rule: RuleBuilder): void {
  for (const each of rule.place.memories.all(list)) {
    const [only = ''] = each.names;
    if (each.names.length === 1) rule.effect(`remember ${side} in ${only}`);
    else rule.call(`remember ${side === 'source' ? '' : `${side} `}${only}`, turnOf(each, side));
  }
}

/** The ring's next turn: the memory behind the latest takes the address, and the one behind that is without it. */
function turnOf({ names }: MemoryUse, side: Side): CalledRule[] {
  const slot = SLOT_OF[side];
  const at = (place: number): string => names[place % names.length]!;
  const write = (place: number) => [`remember ${side} in ${at(place)}`, `forget ${side} in ${at(place + 1)}`];
  return [
    ...names.map((latest, place): CalledRule => {
      const isLatest = [
        { slot, items: [latest], negated: false },
        { slot, items: [at(place + 1)], negated: true },
      ];
      return { terms: isLatest, effects: write(place + 1), outcome: { kind: 'return' } };
    }),
    { terms: [], effects: write(0), outcome: { kind: 'none' } },
  ];
}

/** Whether another rule of the list asks for entries of an age that this one's `--reap` takes away. */
function reapsForOthers(options: Options, memories: Memories): boolean {
  const seconds = options.number('seconds') ?? 0;
  return memories.all(listOf(options)).some((other) => other.seconds === undefined || other.seconds > seconds);
}

/** What the list is asked; undefined: it is only written. */
function questionOf(options: Options): MemoryQuestion | undefined {
  const asks = options.has('rcheck') || options.has('update');
  if (!asks && !options.has('remove')) return undefined;
  const [seconds, hits] = asks ? [options.number('seconds'), options.number('hitcount')] : [];
  return { list: listOf(options), seconds: seconds === 0 ? undefined : seconds, hits: Math.max(hits ?? 1, 1) };
}

function listOf(options: Options): string {
  return options.value('name') ?? DEFAULT_LIST;
}
