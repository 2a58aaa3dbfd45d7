/** `-m recent`: addresses seen lately. Its lists become memories. */
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';
import type { Memories } from '../memories.ts';
import type { RuleBuilder } from '../rule-builder.ts';

const DEFAULT_LIST = 'DEFAULT';

/** `ip_list_tot` of xt_recent, unless the module was loaded with another. */
const USUAL_ADDRESSES = 100;

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
  prepare(options, memories) {
    if (asks(options)) memories.note(listOf(options), options.number('seconds'));
    else memories.noteList(listOf(options));
  },
  translate(options, rule) {
    const mask = options.value('mask');
    if (mask !== undefined && mask !== '255.255.255.255' && !/^f{4}(:f{4}){7}$/.test(mask)) {
      return rule.refuse('a list of networks', 'Leave `--mask` out, or name the networks in a rule.');
    }
    if ((options.number('hitcount') ?? 1) > 1 || options.has('rttl')) {
      const hint = 'A limit comes close: `-m hashlimit --hitcount-above RATE --hashlimit-mode srcip`.';
      return rule.refuse('how often an address was seen in a time', hint.replace('hitcount', 'hashlimit'));
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
  const remember = (): void => {
    for (const memory of memories.all(list)) rule.effect(`remember ${side} in ${memory}`);
  };
  if (options.has('set')) {
    if (negated) return rule.refuse('`! --set`, which never matches', 'Write the list in a rule before.');
    remember();
    return rule.closeMatches();
  }
  if (negated && !options.has('rcheck')) {
    return rule.refuse('a list that is changed where an address is not in it', 'Ask with `! --rcheck`.');
  }
  const memory = memories.of(list, options.number('seconds'));
  rule.match(side === 'source' ? 'from' : 'to', [memory], negated);
  if (options.has('update')) remember();
  if (options.has('remove')) for (const each of memories.all(list)) rule.effect(`forget ${side} in ${each}`);
  if (!options.has('rcheck')) rule.closeMatches();
}

function asks(options: Options): boolean {
  return options.has('rcheck') || options.has('update') || options.has('remove');
}

function listOf(options: Options): string {
  return options.value('name') ?? DEFAULT_LIST;
}
