import type { Zone, ZoneMember } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

export function printZone(zone: Zone, at: Printing): Doc {
  const members = zone.members.map((node) => ({ node, print: () => printMember(node, at) }));
  return words('zone', printName(zone.name), '=', at.commaList(zone, members));
}

function printMember(member: ZoneMember, at: Printing): Doc {
  return words(
    member.interface && printName(member.interface),
    member.vlans && words('vlan', at.value(member.vlans)),
    member.ports && words('port', at.value(member.ports)),
  );
}
