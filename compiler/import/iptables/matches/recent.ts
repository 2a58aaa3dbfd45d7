/** `-m recent`: addresses seen lately. Its lists become memories. */
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';
import type { Memories, MemoryQuestion } from '../memories.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import type { Slot } from '../rules.ts';

const DEFAULT_LIST = 'DEFAULT';

/** `ip_list_tot` of xt_recent, unless the module was loaded with another. */
const USUAL_ADDRESSES = 100;

/** What a memory's declaration takes; xt_recent takes 65,535 (Linux 6.11), and 255 before. */
const MOST_HITS = 1000;

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
  rule.match(SLOT_OF[side], [memories.of(question)], negated);
  if (options.has('update')) remember(list, side, rule);
  if (options.has('remove')) for (const { name } of memories.all(list)) rule.effect(`forget ${side} in ${name}`);
  if (!options.has('rcheck')) rule.closeMatches();
}

type Side = 'source' | 'destination';

const SLOT_OF: Readonly<Record<Side, Slot>> = { source: 'from', destination: 'to' };

/** Writes down that the address is seen now, in each memory of the list. */
function remember(list: string, side: Side, rule: RuleBuilder): void {
  for (const { name } of rule.place.memories.all(list)) rule.effect(`remember ${side} in ${name}`);
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
