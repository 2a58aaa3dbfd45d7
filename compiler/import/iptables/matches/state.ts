/** `-m state`: the older spelling of `--ctstate`. */
import { VALUE, type Extension } from '../options.ts';
import { matchStates } from './states.ts';

export const state: Extension = {
  name: 'state',
  options: { state: VALUE },
  translate(options, rule) {
    const word = options.value('state');
    if (word !== undefined) matchStates(word, options.isNegated('state'), rule);
  },
};
