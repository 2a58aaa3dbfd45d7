/** Words and signs of the language, for texts that are nearly policies. */
import { CLAUSE_WORDS, RULE_WORDS, STATEMENT_WORDS } from '../../grammar/tokens.ts';

const SIGNS = '{ } ( ) [ ] , . : = == + - & / ->';
const INNER_WORDS =
  'and or as set is per source port with for any address of empty given name other tcp forward u.room';
const LITERALS =
  '"text" 10.0.0.1 2001:db8::/32 80 1024-65535 5/second 100mbit 2026-12-31 08:00-18:00 mon-fri echo-request 0xff';

export const GRAMMAR_WORDS: readonly string[] = [
  ...STATEMENT_WORDS,
  ...RULE_WORDS,
  ...CLAUSE_WORDS,
  ...`${INNER_WORDS} ${SIGNS} ${LITERALS}`.split(' '),
];
