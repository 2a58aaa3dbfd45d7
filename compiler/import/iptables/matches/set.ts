/** `-m set`: an ipset, whose members no dump of iptables holds. */
import { FLAG, VALUE, type Extension } from '../options.ts';

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
    const name = options.value('match-set') ?? '';
    rule.refuse(
      `the set \`${name}\`, which is not in the dump`,
      'Write its members into the rule (`ipset save` lists them), one rule for each.',
    );
  },
};
