/** `zone inside = bond1 vlan 100-199, "wlan-guest"` */
import type { Value, Zone as ZoneSyntax, ZoneMember as ZoneMemberSyntax } from '../../../grammar/ast/index.ts';
import type { Zone, ZoneMember } from '../../model/policy.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import { report, type ValueContext } from '../context.ts';
import { BAD_INTERFACE, NEEDS_CONSTANT } from '../problems.ts';
import { fitNumbers, wantNumbers, type NumberUse } from '../wanted/numbers.ts';

const VLAN_USE: NumberUse = { width: 12, maximum: 4094, title: 'a VLAN' };
const PORT_USE: NumberUse = { width: 16, maximum: 65535, title: 'a port of a network card' };

/** IFNAMSIZ − 1 of linux/if.h. */
const LONGEST_INTERFACE = 15;

export function declareZone(zone: ZoneSyntax, context: ValueContext): Zone | undefined {
  const members = zone.members.map((member) => declareMember(member, context));
  const known = members.filter((member) => member !== undefined);
  if (known.length < members.length) return undefined;
  return { name: zone.name.text, members: known, span: zone.name.span };
}

function declareMember(member: ZoneMemberSyntax, context: ValueContext): ZoneMember | undefined {
  const { span } = member;
  const isNameRight = member.interface === undefined || isInterface(member.interface.text, member, context);
  const vlans = member.vlans && constantNumbers(member.vlans, VLAN_USE, context);
  const ports = member.ports && constantNumbers(member.ports, PORT_USE, context);
  if (!isNameRight || (member.vlans && !vlans) || (member.ports && !ports)) return undefined;
  return { interface: member.interface?.text, vlans, ports, span };
}

function isInterface(name: string, member: ZoneMemberSyntax, context: ValueContext): boolean {
  const star = name.endsWith('*');
  const plain = star ? name.slice(0, -1) : name;
  if (name === 'lo') {
    report(context, BAD_INTERFACE, member.span, 'the loopback interface is in no zone', {
      hint: 'What this host says to itself never enters a filter.',
    });
    return false;
  }
  if (/^[^\s/:*]+$/.test(plain) && plain.length <= LONGEST_INTERFACE && plain !== '.' && plain !== '..') return true;
  const why =
    plain.length > LONGEST_INTERFACE
      ? `has ${plain.length} characters, and names of interfaces have at most ${LONGEST_INTERFACE}`
      : 'is no name of an interface';
  report(context, BAD_INTERFACE, member.span, `\`${name}\` ${why}`, {
    hint:
      plain.includes('*') || plain === ''
        ? 'A `*` can stand at the end only, behind at least one character.'
        : undefined,
  });
  return false;
}

function constantNumbers(value: Value, use: NumberUse, context: ValueContext): IntervalSet | undefined {
  const numbers = wantNumbers(value, use, context);
  if (!numbers) return undefined;
  if (numbers.dynamic.length === 0) return fitNumbers(numbers.set, use, value, context);
  report(context, NEEDS_CONSTANT, value.span, `${use.title} of a zone is a constant`);
  return undefined;
}
