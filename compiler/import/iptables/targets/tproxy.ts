/** `-j TPROXY`: the packet is given to a socket of this host, whatever address it is for. */
import { formatAddress, parseAddress } from '../addresses.ts';
import { hex, parseMark } from '../matches/marks.ts';
import { VALUE, type Extension } from '../options.ts';
import { quoted } from '../rule-builder.ts';

export const tproxy: Extension = {
  name: 'TPROXY',
  options: { 'on-port': VALUE, 'on-ip': VALUE, 'tproxy-mark': VALUE },
  prepare(options, { handOver }) {
    const mark = parseMark(options.value('tproxy-mark') ?? '');
    if (mark) handOver.use(mark.mask | mark.value);
  },
  translate(options, rule) {
    const port = options.number('on-port') ?? 0;
    const address = parseAddress(options.value('on-ip') ?? (rule.family === 4 ? '0.0.0.0' : '::'), rule.family);
    const mark = parseMark(options.value('tproxy-mark') ?? '0x0/0x0');
    if (address === undefined || !mark) return rule.unknown('no socket, or no mark');
    if (!['tcp', 'udp'].includes(rule.protocol ?? '')) return rule.unknown('only TCP and UDP are given to sockets');
    const host = address === 0n ? '' : formatAddress(address, rule.family);
    const to = rule.family === 6 && host !== '' ? `[${host}]` : host;
    const marked =
      mark.mask === 0 && mark.value === 0 ? '' : `meta mark set meta mark & ${hex(~mark.mask)} ^ ${hex(mark.value)} `;
    const family = rule.family === 4 ? 'ip' : 'ip6';
    const given = `meta l4proto ${rule.protocol} tproxy ${family} to ${to}${port === 0 && to !== '' ? '' : `:${port}`} ${marked}accept`;
    // Without a socket, iptables drops the packet, and nft goes on.
    const words = [given, 'drop'].map((nft) => `opaque nftables ${quoted(nft)}`);
    const rules = words.map((effect) => ({ terms: [], effects: [effect], outcome: { kind: 'none' } as const }));
    rule.opaqueCall(`socket ${to}:${port} ${mark.value} ${rule.protocol}`, rules, 'that a packet is given to a socket');
  },
};
