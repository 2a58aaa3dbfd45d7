/** `-m helper`: which helper follows the flow. */
import { VALUE, type Extension } from '../options.ts';

export const helper: Extension = {
  name: 'helper',
  options: { helper: VALUE },
  translate(options, rule) {
    const word = options.value('helper') ?? '';
    if (!/^[\w-]+$/.test(word)) return rule.unknown(`\`${word}\` is no helper`);
    // `!` holds of flows that no helper follows, too; nft's `!=` of none of them.
    rule.opaque(`ct helper "${word}"`, 'which helper follows a flow', options.isNegated('helper'));
  },
};
