/** `host/sysctl.conf`: kernel settings without which the rule set would not mean what the policy means. */
import type { Program } from '../../../compiler/4-program/program.ts';
import { allowsPickup, needsTracking } from '../../../compiler/semantics/needs.ts';
import { hasSynproxy } from '../lower/synproxy.ts';
import type { HostFile } from './host-file.ts';

const PATH = 'host/sysctl.conf';

export function settingsFile(program: Program): HostFile {
  return {
    path: PATH,
    text: settings(program),
    description: 'kernel settings the policy relies on',
    load: `sysctl -p ${PATH}`,
    // A host must not forward before there is a filter, and the settings of conntrack are not there before it is used.
    when: 'after the rules',
  };
}

/** A line each with the reason, as sysctl(8) reads them. */
function settings(program: Program): string {
  const lines = ['# What the policy takes for granted of the host. Load with: sysctl -p host/sysctl.conf', ''];
  const forwards =
    program.stages.some(({ id }) => id === 'filter forward' || id === 'mangle forward' || id === 'source nat') ||
    program.balances.length > 0;
  const stateful = program.stages.filter((stage) => stage.stateful);
  if (forwards) {
    lines.push(
      '# The policy speaks of forwarded packets.',
      'net.ipv4.ip_forward = 1',
      'net.ipv6.conf.all.forwarding = 1',
      '',
    );
  }
  if (needsTracking(program.policy, 4) || needsTracking(program.policy, 6)) {
    const [reason, loose] = allowsPickup(program.policy)
      ? ['A TCP flow may begin in its middle, where a filter has `pickup`.', 1]
      : ['A TCP flow starts with a SYN; a packet from the middle of an unknown one is invalid.', 0];
    lines.push(`# ${reason}`, `net.netfilter.nf_conntrack_tcp_loose = ${loose}`, '');
  }
  if (stateful.some(hasSynproxy)) {
    lines.push(
      '# synproxy answers with cookies, and keeps what a client may do in timestamps.',
      'net.ipv4.tcp_syncookies = 1',
      'net.ipv4.tcp_timestamps = 1',
      '',
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
