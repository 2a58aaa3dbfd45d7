/** `--sport` and `--dport` of the protocols that have ports. */
import { VALUE, type Options, type OptionTable } from '../options.ts';
import { complement, parsePort, parsePorts, portItem } from '../ports.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import { needHeader } from './transport-header.ts';

export const PORT_OPTIONS: OptionTable = {
  'source-port': { ...VALUE, aliases: ['--sport'] },
  'destination-port': { ...VALUE, aliases: ['--dport'] },
};

/**
 * A negated port is the other ports of the protocol: iptables asks no port of a packet that has none, so `! --dport 80` is
 * not true of it, and the language's `not` would be. `hasHeader`: another clause is about the transport header already.
 */
export function translatePorts(options: Options, rule: RuleBuilder, hasHeader = false): void {
  if (!hasHeader && !Object.keys(PORT_OPTIONS).some((side) => options.has(side))) needHeader(rule);
  for (const side of ['source-port', 'destination-port'] as const) {
    const word = options.value(side);
    if (word === undefined) continue;
    const range = parsePorts(word);
    if (range === undefined && isUpsideDown(word)) {
      // No port is in it.
      if (!options.isNegated(side)) rule.never();
      continue;
    }
    if (range === undefined) {
      rule.unknown(`\`${word}\` is no port`);
      continue;
    }
    const ranges = options.isNegated(side) ? complement([range]) : [range];
    matchPorts(side, ranges.map(portItem), rule);
  }
}

/** A range that ends before it begins: iptables took such until 1.8. */
function isUpsideDown(word: string): boolean {
  const [low, high, more] = word.split(':').map((port) => parsePort(port));
  return low !== undefined && high !== undefined && more === undefined && high < low;
}

export function matchPorts(
  side: 'source-port' | 'destination-port',
  ports: readonly string[],
  rule: RuleBuilder,
): void {
  const { protocol } = rule;
  if (ports.length === 0) rule.never();
  else if (side === 'source-port') rule.match('source port', ports);
  else if (protocol === undefined) rule.match('destination port', ports);
  else rule.services(ports.map((port) => `${protocol}/${port}`));
}
