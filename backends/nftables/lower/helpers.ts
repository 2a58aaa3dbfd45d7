/**
 * Connection tracking helpers: parts of the kernel that read a protocol's control connection, so that the connections it
 * announces are known as related. One is given to a flow by an object of the table, behind tracking and before the flow
 * is let through; an object of another protocol than the flow's does nothing.
 */
import type { Program, ProgramItem } from '../../../compiler/4-program/program.ts';
import type { EffectPlace } from './effects.ts';
import { identifier } from '../names.ts';

interface Helper {
  /** As the kernel knows them: name and transport protocol. */
  readonly kernel: readonly (readonly [name: string, protocol: 'tcp' | 'udp'])[];
  /** Kernel modules, and those that a host with address translation needs besides. */
  readonly module: string;
  readonly translating: string | undefined;
}

/** All helpers of Linux (net/netfilter/nf_conntrack_*.c), by the names that policies call them. */
const HELPERS: ReadonlyMap<string, Helper> = new Map(
  (
    [
      ['amanda', [['amanda', 'udp']], 'nf_nat_amanda'],
      ['ftp', [['ftp', 'tcp']], 'nf_nat_ftp'],
      [
        'h323',
        [
          ['RAS', 'udp'],
          ['Q.931', 'tcp'],
        ],
        'nf_nat_h323',
      ],
      ['irc', [['irc', 'tcp']], 'nf_nat_irc'],
      ['netbios-ns', [['netbios-ns', 'udp']], undefined],
      ['pptp', [['pptp', 'tcp']], 'nf_nat_pptp'],
      ['sane', [['sane', 'tcp']], undefined],
      [
        'sip',
        [
          ['sip', 'udp'],
          ['sip', 'tcp'],
        ],
        'nf_nat_sip',
      ],
      ['snmp', [['snmp', 'udp']], 'nf_nat_snmp_basic'],
      ['tftp', [['tftp', 'udp']], 'nf_nat_tftp'],
    ] as const
  ).map(([name, kernel, translating]) => [
    name,
    { kernel, module: `nf_conntrack_${name.replace('-', '_')}`, translating },
  ]),
);

/** The statements that give the flow at hand a helper. */
export function helperStatements(name: string, { context, origin }: EffectPlace): string[] {
  const helper = HELPERS.get(name);
  if (!helper) {
    context.refuse(
      origin,
      `Linux has no connection tracking helper \`${name}\``,
      `It has ${[...HELPERS.keys()].join(', ')}.`,
    );
    return [];
  }
  return helper.kernel.map(([type, protocol]) => {
    const wanted = identifier(`${name}_${protocol}`);
    const object = context.object('ct helper', `${type} ${protocol}`, wanted, [`type "${type}" protocol ${protocol};`]);
    return `ct helper set "${object}"`;
  });
}

/** The kernel modules of the helpers that a policy names, in order. */
export function helperModules(program: Program): string[] {
  const names = new Set<string>();
  const visit = (items: readonly ProgramItem[]): void => {
    for (const item of items) {
      if (item.kind !== 'rule') visit(item.items);
      else for (const { effect } of item.effects) if (effect.kind === 'helper') names.add(effect.helper);
    }
  };
  for (const stage of program.stages) visit(stage.items);
  const translates = program.stages.some(({ id }) => id === 'source nat' || id === 'destination nat');
  return [...names].toSorted().flatMap((name) => {
    const helper = HELPERS.get(name);
    if (!helper) return [];
    return translates && helper.translating ? [helper.module, helper.translating] : [helper.module];
  });
}
