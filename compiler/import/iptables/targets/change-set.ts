/** `-j SET`: a set that rules write. */
import { FLAG, VALUE, type Extension } from '../options.ts';

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
  translate(options, rule) {
    const name = options.value('add-set') ?? options.value('del-set') ?? '';
    rule.refuse(
      `the set \`${name}\`, which is not in the dump`,
      'Use `-m recent`, which becomes a memory of the policy.',
    );
  },
};
