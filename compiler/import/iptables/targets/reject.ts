/** `-j REJECT`: an error, or a reset, goes back. */
import type { RejectReason } from '../../../../grammar/ast/index.ts';
import { VALUE, type Extension } from '../options.ts';

const REASONS: Readonly<Record<string, RejectReason>> = {
  'icmp-net-unreachable': 'net-unreachable',
  'icmp-host-unreachable': 'host-unreachable',
  'icmp-proto-unreachable': 'protocol-unreachable',
  'icmp-port-unreachable': 'port-unreachable',
  'icmp-net-prohibited': 'net-prohibited',
  'icmp-host-prohibited': 'host-prohibited',
  'icmp-admin-prohibited': 'admin-prohibited',
  'icmp6-no-route': 'net-unreachable',
  'icmp6-adm-prohibited': 'admin-prohibited',
  'icmp6-addr-unreachable': 'host-unreachable',
  'icmp6-port-unreachable': 'port-unreachable',
  'tcp-reset': 'tcp-reset',
};

/** Spellings without the family, and older ones. */
const ALIASES: Readonly<Record<string, string>> = {
  'net-unreach': 'icmp-net-unreachable',
  'host-unreach': 'icmp-host-unreachable',
  'proto-unreach': 'icmp-proto-unreachable',
  'port-unreach': 'icmp-port-unreachable',
  'net-prohib': 'icmp-net-prohibited',
  'host-prohib': 'icmp-host-prohibited',
  'admin-prohib': 'icmp-admin-prohibited',
  'no-route': 'icmp6-no-route',
  'adm-prohibited': 'icmp6-adm-prohibited',
  'addr-unreach': 'icmp6-addr-unreachable',
  'tcp-rst': 'tcp-reset',
};

export const reject: Extension = {
  name: 'REJECT',
  options: { 'reject-with': VALUE },
  translate(options, rule) {
    const word =
      options.value('reject-with') ?? (rule.family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable');
    const reason = REASONS[ALIASES[word] ?? word];
    if (reason !== undefined) return rule.decide({ kind: 'reject', reason });
    rule.refuse(`an answer of the kind \`${word}\``, 'Answer with another kind, `icmp-port-unreachable` for one.');
  },
};
