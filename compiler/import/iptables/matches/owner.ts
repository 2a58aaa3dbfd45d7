/** `-m owner`: who has the socket that sent the packet. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const owner: Extension = {
  name: 'owner',
  options: { 'uid-owner': VALUE, 'gid-owner': VALUE, 'socket-exists': FLAG, 'suppl-groups': FLAG },
  translate(options, rule) {
    for (const [option, key] of [
      ['uid-owner', 'skuid'],
      ['gid-owner', 'skgid'],
    ] as const) {
      const word = options.value(option);
      if (word === undefined) continue;
      if (!/^\d+(-\d+)?$/.test(word)) {
        rule.onlyIptables(`the account \`${word}\``, 'Write its number: accounts have other numbers on other hosts.');
        continue;
      }
      // `!` holds of what the kernel itself sends, too, which no account does; nft's `!=` does not.
      rule.opaque(`meta ${key} ${word}`, 'who sends a packet', options.isNegated(option));
    }
    if (options.has('socket-exists')) rule.onlyIptables('`--socket-exists`', 'Name the account that sends.');
    if (options.has('suppl-groups')) rule.onlyIptables('`--suppl-groups`', 'Name the accounts that send.');
  },
};
