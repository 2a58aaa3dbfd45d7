/** A ClassBench set as nft reads it from others: a rule a line, in order. */
import { PROTOCOLS_WITH_PORTS } from '../../../compiler/model/fields.ts';
import { asksPorts, isAnyPort, prefixText, type ClassbenchRule, type PortRange } from '../classbench.ts';

/** A table for `nft -f`, or `nft -o -f`. */
export function linearNft(rules: readonly ClassbenchRule[]): string {
  const lines = rules.map(
    (rule) => `    ${[...nftMatches(rule), rule.verdict === 'allow' ? 'accept' : 'drop'].join(' ')}\n`,
  );
  return `table inet linear {
  chain forward {
    type filter hook forward priority filter; policy drop;
${lines.join('')}  }
}
`;
}

function nftMatches(rule: ClassbenchRule): string[] {
  const { source, destination, icmp, tcpFlags } = rule;
  const address = (side: string, prefix: typeof source) =>
    prefix.length === 0 ? [] : [`ip ${side} ${prefixText(prefix)}`];
  const addresses = [...address('saddr', source), ...address('daddr', destination)];
  return [
    ...(addresses.length === 0 ? ['meta nfproto ipv4'] : addresses),
    ...nftProtocol(rule),
    ...(isAnyPort(rule.sourcePorts) ? [] : [`th sport ${range(rule.sourcePorts, '-')}`]),
    ...(isAnyPort(rule.destinationPorts) ? [] : [`th dport ${range(rule.destinationPorts, '-')}`]),
    ...(tcpFlags === undefined
      ? []
      : [`tcp flags & 0x${tcpFlags.mask.toString(16)} == 0x${tcpFlags.value.toString(16)}`]),
    ...(icmp === undefined ? [] : [`icmp type ${icmp.value >> 8}`]),
    ...(icmp?.mask === 0xffff ? [`icmp code ${icmp.value & 0xff}`] : []),
  ];
}

function nftProtocol(rule: ClassbenchRule): string[] {
  if (rule.protocol !== undefined) return [`meta l4proto ${rule.protocol}`];
  return asksPorts(rule) ? [`meta l4proto { ${PROTOCOLS_WITH_PORTS.join(', ')} }`] : [];
}

function range([low, high]: PortRange, between: string): string {
  return low === high ? `${low}` : `${low}${between}${high}`;
}
