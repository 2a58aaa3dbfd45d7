/** What can be wrong with names and values. */
import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

function error(code: string, title: string, explanation: string): DiagnosticKind {
  return { code, severity: 'error', title, explanation };
}

export const UNKNOWN_NAME = error(
  'SL0201',
  'unknown name',
  'Nothing in this file, and nothing that it imports, declares the name. Names are case-sensitive. A name of another ' +
    'file or of the standard library has to be imported: `use std.services (ssh)`.',
);

export const NAME_TAKEN = error(
  'SL0202',
  'name bound twice',
  'Every name stands for one thing: zones, lets, tables, memories, services and groups share one set of names, and ' +
    'neither an import nor a parameter nor the variable of an `each` may hide one that is known at that place. Rename ' +
    'one of the two; an import can be renamed where it stands: `use std.services (http as web)`.',
);

export const WRONG_KIND_OF_NAME = error(
  'SL0203',
  'name of another kind',
  'The name is known, but what it stands for cannot be used here: a zone is no set of addresses, a table is used by ' +
    '`each` or column by column (`users.room`), a group by `use`.',
);

export const UNKNOWN_COLUMN = error(
  'SL0204',
  'unknown column',
  'The table has no column of this name. The columns are those that its declaration lists.',
);

export const NOT_A_TABLE = error(
  'SL0205',
  'no columns to choose from',
  '`NAME.COLUMN` is a cell of the row at hand where `NAME` is the variable of an `each`, and all values of a column ' +
    'where it is a table. Nothing else has columns.',
);

export const CYCLE = error(
  'SL0206',
  'definition in a circle',
  'A `let` or a service is made, directly or over others, from itself, so it stands for nothing. Take one of the names ' +
    'out of the circle.',
);

export const GROUP_CYCLE = error(
  'SL0207',
  'group uses itself',
  'A `use` stands for the rules of its group at that place. A group that uses itself, directly or over others, would ' +
    'stand for endlessly many rules.',
);

export const NOT_IN_MODULE = error(
  'SL0208',
  'no such name in the module',
  'The file or standard module that `use` names exists, but does not declare this name.',
);

export const WRONG_TYPE = error(
  'SL0210',
  'value of another type',
  'The place wants a value of one type (addresses, ports, a rate, …) and another stands there.',
);

export const MIXED_TYPES = error(
  'SL0211',
  'values that do not go together',
  'The items of a list, and both sides of `+`, `-` and `&`, must be sets of one type: addresses and addresses, services ' +
    'and services.',
);

export const HOST_BITS = error(
  'SL0212',
  'prefix with host bits set',
  'A prefix has zeros behind its length. `10.0.0.1/8` is either the host `10.0.0.1` or the network `10.0.0.0/8`; as the ' +
    'two are very different sets, Sluice does not guess.',
);

export const BAD_RANGE = error(
  'SL0213',
  'range that holds nothing',
  'A range is written from its lowest to its highest value, both included, and both ends are of one kind: two IPv4 ' +
    'addresses, two IPv6 addresses or two numbers.',
);

export const EMPTY_SET = error(
  'SL0214',
  'empty set',
  'The set has no member, so the clause could never hold. That is mostly an accident (a list that was not filled, two ' +
    'sets that share nothing), and with `not` it would hold always. Where it is meant, say `or empty` at the `let` or ' +
    'the table.',
);

export const UNKNOWN_PROTOCOL = error(
  'SL0215',
  'unknown protocol',
  'Protocols are called as IANA registers them (`tcp`, `udp`, `gre`, `esp`, …), or by number: `proto 253`.',
);

export const NO_PORTS = error(
  'SL0216',
  'protocol without ports',
  'Only TCP, UDP, UDP-Lite, SCTP and DCCP have ports. A packet of any other protocol could never match.',
);

export const UNKNOWN_ICMP_TYPE = error(
  'SL0217',
  'unknown ICMP type',
  'ICMP types are called as `std.icmp` lists them (`echo-request`, `destination-unreachable`, …), for both families at ' +
    'once. By number: `icmp4 8`, `icmp4 3/4` (type 3, code 4), `icmp6 128`.',
);

export const NOT_IN_FAMILY = error(
  'SL0218',
  'ICMP type of the other family',
  'The name stands for a type that ICMP for this family does not have.',
);

export const OUT_OF_RANGE = error(
  'SL0219',
  'value out of range',
  'The field that the value is for has fewer bits: ports end at 65535, DSCP at 63, TTL at 255, VLANs at 4095, marks at ' +
    '0xffffffff.',
);

export const WRONG_RATE = error(
  'SL0220',
  'rate of something else',
  'Rates of packets (`100/second`, `40kpps`) and rates of bits or bytes (`5mbit`, `10mbyte/second`) are different ' +
    'things, and no packet size is assumed to turn one into the other.',
);

export const NOT_A_SET = error(
  'SL0221',
  'no set to reckon with',
  '`+`, `-`, `&` and lists work on sets: addresses, numbers, services, MAC addresses.',
);

export const COLUMN_NOT_A_SET = error(
  'SL0222',
  'column that is no set',
  '`table.column` is the set of the values in a column of addresses, prefixes, numbers, ports, protocols or MAC addresses. ' +
    'Other columns are only read row by row, in an `each`.',
);

export const MEMORY_AS_SET = error(
  'SL0223',
  'memory that holds more than an address',
  'A memory can stand for a set of addresses where it has one column, of addresses.',
);

export const BITS_OUTSIDE_MASK = error(
  'SL0224',
  'bits outside the mask',
  'What is compared under a mask has zeros wherever the mask has: otherwise no packet could match.',
);

export const NOT_ONE_VALUE = error(
  'SL0226',
  'one value wanted',
  'The place wants exactly one value, and a set of several, or a part that only the running system knows, stands there.',
);

export const BAD_AMOUNT = error(
  'SL0227',
  'amount that cannot be',
  'A rate, a size, a duration or a count that is zero, or too great to be carried out exactly, says nothing.',
);

export const NEEDS_CONSTANT = error(
  'SL0229',
  'value of a row where a constant is wanted',
  'The place is read once and not for each packet or row, so a cell of the row at hand cannot stand there.',
);

export const NEEDS_EACH = error(
  'SL0230',
  'columns that belong together',
  '`table.column` is the set of all values of a column. Two columns used that way would allow every combination of them, ' +
    'where the rows only name some. `each row in table` keeps together what stands in one row.',
);

export const BAD_INTERFACE = error(
  'SL0231',
  'no name of an interface',
  'Linux knows interfaces by at most 15 characters, without `/`, `:` and white space. A `*` at the end stands for all ' +
    'interfaces whose names begin so. The loopback interface is in no zone: it never enters a filter.',
);

export const MEMORY_COLUMN = error(
  'SL0233',
  'column that no memory can have',
  'What packets write into a memory are their addresses, ports and protocol: columns of `ip`, `ipv4`, `ipv6`, `port` and ' +
    '`proto`, without key, default or `volatile`.',
);
