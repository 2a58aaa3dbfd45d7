/** A ClassBench set as other tools read it: a rule a line, in order. */
import { PROTOCOLS_WITH_PORTS, TCP_FLAGS } from '../../../compiler/model/fields.ts';
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

/** A dump for `iptables-restore`; a rule about ports of any protocol is one for each protocol that has them. */
export function linearIptables(rules: readonly ClassbenchRule[]): string {
  const lines = rules.flatMap((rule) => {
    const target = rule.verdict === 'allow' ? 'ACCEPT' : 'DROP';
    return protocolsFor(rule).map((protocol) => `-A FORWARD ${iptablesMatches(rule, protocol)}-j ${target}\n`);
  });
  return `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${lines.join('')}COMMIT\n`;
}

function protocolsFor(rule: ClassbenchRule): readonly (number | undefined)[] {
  return rule.protocol === undefined && asksPorts(rule) ? PROTOCOLS_WITH_PORTS : [rule.protocol];
}

function iptablesMatches(rule: ClassbenchRule, protocol: number | undefined): string {
  const { source, destination, icmp, tcpFlags } = rule;
  const type = icmp === undefined ? '' : `${icmp.value >> 8}${icmp.mask === 0xffff ? `/${icmp.value & 0xff}` : ''}`;
  const name = protocol === undefined ? '' : iptablesName(protocol);
  // Only these two have a match of ports of their own that knows ranges; `multiport` knows the others.
  const plain = name === 'tcp' || name === 'udp';
  const match = plain ? ` -m ${name}` : '';
  const ports = (side: 'sport' | 'dport', asked: PortRange) => {
    if (isAnyPort(asked)) return '';
    return plain ? `--${side} ${range(asked, ':')}` : `-m multiport --${side}s ${range(asked, ':')}`;
  };
  const matches = [
    source.length === 0 ? '' : `-s ${prefixText(source)}`,
    destination.length === 0 ? '' : `-d ${prefixText(destination)}`,
    name === '' ? '' : `-p ${name}${asksPorts(rule) || tcpFlags !== undefined ? match : ''}`,
    ports('sport', rule.sourcePorts),
    ports('dport', rule.destinationPorts),
    tcpFlags === undefined ? '' : `--tcp-flags ${flagList(tcpFlags.mask)} ${flagList(tcpFlags.value)}`,
    icmp === undefined ? '' : `-m icmp --icmp-type ${type}`,
  ];
  return matches.flatMap((part) => (part === '' ? [] : [`${part} `])).join('');
}

/** As iptables-save writes it. */
function iptablesName(protocol: number): string {
  return (
    new Map([
      [1, 'icmp'],
      [6, 'tcp'],
      [17, 'udp'],
    ]).get(protocol) ?? String(protocol)
  );
}

function range([low, high]: PortRange, between: string): string {
  return low === high ? `${low}` : `${low}${between}${high}`;
}

function flagList(bits: number): string {
  const names = Object.entries(TCP_FLAGS).flatMap(([name, bit]) => ((bits & bit) === 0 ? [] : [name.toUpperCase()]));
  return names.join(',') || 'NONE';
}
