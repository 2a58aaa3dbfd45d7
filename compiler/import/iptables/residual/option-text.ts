/** Matches of a rule as iptables-save writes them. */
import { Options, type UsedOption } from '../options.ts';
import type { ShapeOptions, UsedExtension } from '../shape-options.ts';

/** Matches that a packet meets or not, whoever else has met them before: they may be asked twice. */
const ASKED_FIRST: ReadonlySet<string> = new Set([
  'tcp',
  'udp',
  'udplite',
  'icmp',
  'icmp6',
  'multiport',
  'iprange',
  'state',
]);

/** Options of iptables(8) itself that are matches. */
const OF_BASE: ReadonlySet<string> = new Set([
  'source',
  'destination',
  'in-interface',
  'out-interface',
  'protocol',
  'fragment',
]);

/** The options of one match, behind those of the rule that are cheap to ask and spare most packets the rest. */
export function questionOf({ base, matches }: ShapeOptions, match: UsedExtension, values: readonly string[]): string {
  const first = matches.filter((one) => one !== match && ASKED_FIRST.has(one.extension.name));
  return [
    ...base.used.filter(({ name }) => OF_BASE.has(name)).map((option) => optionText(option, values)),
    ...[...first, match].flatMap(({ extension, used }) => [
      `-m ${extension.name}`,
      ...used.map((option) => optionText(option, values)),
    ]),
  ].join(' ');
}

function optionText(option: UsedOption, values: readonly string[]): string {
  const words = new Options([option], values).words(option.name) ?? [];
  return [...(option.negated ? ['!'] : []), `--${option.name}`, ...words.map(quotedWord)].join(' ');
}

/** As `xtables_save_string` quotes it. */
function quotedWord(word: string): string {
  return /^[\w.,:/@%+=-]+$/.test(word) ? word : `"${word.replaceAll(/["\\']/g, '\\$&')}"`;
}
