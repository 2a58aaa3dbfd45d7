/** What the host must have for the rule set to mean what the policy means: `host/sysctl.conf`. */
import type { Program } from '../../compiler/4-program/program.ts';

/** Kernel settings, a line each with the reason, as sysctl(8) reads them. */
export function hostSettings(program: Program): string {
  const lines = ['# What the policy takes for granted of the host. Load with: sysctl -p host/sysctl.conf', ''];
  const forwards = program.stages.some((stage) => stage.id === 'filter forward' || stage.id === 'source nat');
  const stateful = program.stages.filter((stage) => stage.stateful);
  if (forwards) {
    lines.push(
      '# The policy speaks of forwarded packets.',
      'net.ipv4.ip_forward = 1',
      'net.ipv6.conf.all.forwarding = 1',
      '',
    );
  }
  if (stateful.length > 0 && !stateful.some((stage) => stage.stateful?.pickup)) {
    lines.push(
      '# A TCP flow starts with a SYN; a packet from the middle of an unknown one is invalid.',
      'net.netfilter.nf_conntrack_tcp_loose = 0',
      '',
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
