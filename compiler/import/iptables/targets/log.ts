/** `-j LOG`: a line in the kernel's log. */
import { LOG_LEVELS } from '../../../../grammar/words.ts';
import { FLAG, VALUE, type Extension } from '../options.ts';
import { quoted } from '../rule-builder.ts';

/** What LOG and nft take where nothing is said. */
const DEFAULT_LEVEL = 'warn';

const LEVEL_NAMES: Readonly<Record<string, string>> = { warning: 'warn', error: 'err', panic: 'emerg' };

const DETAILS = ['log-tcp-sequence', 'log-tcp-options', 'log-ip-options', 'log-uid', 'log-macdecode'] as const;

export const log: Extension = {
  name: 'LOG',
  options: {
    'log-level': VALUE,
    'log-prefix': VALUE,
    'log-tcp-sequence': FLAG,
    'log-tcp-options': FLAG,
    'log-ip-options': FLAG,
    'log-uid': FLAG,
    'log-macdecode': FLAG,
  },
  translate(options, rule) {
    const word = options.value('log-level')?.toLowerCase() ?? DEFAULT_LEVEL;
    const named = /^\d$/.test(word) ? LOG_LEVELS[Number(word)] : (LEVEL_NAMES[word] ?? word);
    const level = LOG_LEVELS.find((one) => one === named);
    if (level === undefined) return rule.unknown(`\`${word}\` is no level of a log`);
    // A plane puts a blank behind the prefix itself.
    const prefix = (options.value('log-prefix') ?? '').replace(/ $/, '');
    rule.effect(`log${prefix === '' ? '' : ` ${quoted(prefix)}`}${level === DEFAULT_LEVEL ? '' : ` level ${level}`}`);
    const left = DETAILS.filter((detail) => options.has(detail));
    if (left.length > 0) {
      const hint = 'The messages have all else. Which packets pass does not change.';
      rule.leaveOut(`\`--${left.join('`, `--')}\` are left out of the log messages`, hint);
    }
  },
};
