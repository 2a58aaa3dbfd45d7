/** `-m tcp`: ports, flags, options. */
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import { PORT_OPTIONS, translatePorts } from './transport-ports.ts';

const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg'] as const;

export const tcp: Extension = {
  name: 'tcp',
  options: { ...PORT_OPTIONS, 'tcp-flags': { words: 2 }, syn: FLAG, 'tcp-option': VALUE },
  translate(options, rule) {
    const isSet = ['syn', 'tcp-flags'].some((option) => options.has(option) && !options.isNegated(option));
    translatePorts(options, rule, isSet);
    translateFlags(options, rule);
    const option = options.number('tcp-option');
    if (option !== undefined) {
      rule.opaque(`tcp option ${option} ${options.isNegated('tcp-option') ? 'missing' : 'exists'}`, 'TCP options');
    }
  },
};

function translateFlags(options: Options, rule: RuleBuilder): void {
  if (options.has('syn')) return rule.match('tcp flags', ['syn/fin+syn+rst+ack'], options.isNegated('syn'));
  const [maskWord, setWord] = options.words('tcp-flags') ?? [];
  if (maskWord === undefined || setWord === undefined) return;
  const [mask, set] = [flagsOf(maskWord), flagsOf(setWord)];
  if (!mask || !set) return rule.unknown(`\`${maskWord} ${setWord}\` are no TCP flags`);
  const negated = options.isNegated('tcp-flags');
  // A flag outside the mask is never seen, so the test never holds.
  if (set.some((flag) => !mask.includes(flag))) return negated ? undefined : rule.never();
  if (mask.length === 0) return negated ? rule.never() : undefined;
  rule.match('tcp flags', [`${set.length === 0 ? 'none' : set.join('+')}/${mask.join('+')}`], negated);
}

function flagsOf(word: string): string[] | undefined {
  const names = word.toLowerCase().split(',');
  if (names.includes('all')) return [...FLAGS];
  if (names.includes('none')) return [];
  return names.every((name) => FLAGS.some((flag) => flag === name))
    ? FLAGS.filter((flag) => names.includes(flag))
    : undefined;
}
