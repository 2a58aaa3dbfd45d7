/** What can be wrong with blocks, rules and other statements. */
import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

function error(code: string, title: string, explanation: string): DiagnosticKind {
  return { code, severity: 'error', title, explanation };
}

export const ILLEGAL_CLAUSE = error(
  'SL0301',
  'clause that cannot stand here',
  'Not every clause means something in every block: a block sees packets at one point of their way, and some see flows. ' +
    'The table of clauses in the reference says which clause is legal where.',
);

export const ILLEGAL_ACTION = error(
  'SL0302',
  'action that cannot stand here',
  'Each block has a job: `filter` judges, `nat` translates, `mangle` changes, `count` counts. The table of actions in the ' +
    'reference says which verdict, effect and translation is legal where.',
);

export const SECOND_BLOCK = error(
  'SL0303',
  'second block of a kind',
  'The rules of a block are read from top to bottom, so of two blocks of one kind one has to come first. A further block ' +
    'says where it goes: `filter forward before { … }` or `filter forward after { … }`.',
);

export const SETTINGS_DIFFER = error(
  'SL0304',
  'blocks of one kind that disagree',
  'Blocks of one kind are one list of rules, so their settings (the default verdict, `stateless`, `invalid`, `pickup`) are ' +
    'one as well. Say them once, at the block that says neither `before` nor `after`.',
);

export const LEAVE_OUTSIDE_GROUP = error(
  'SL0305',
  '`leave` outside a group',
  "`leave` goes on behind the `use` that put a group's rules in place. Outside a group there is nothing to leave.",
);

export const EACH_PACKET_HERE = error(
  'SL0306',
  '`each packet` where it cannot stand',
  'In a stateful `filter`, rules that see every packet begin with `each packet` and stand before all others. Everywhere ' +
    'else rules see every packet anyway (or, in `nat`, flows only).',
);

export const FAMILY_UNSAID = error(
  'SL0307',
  '`not` with a set of one family',
  '`not from 10.0.0.0/8` holds of every IPv6 packet, because the complement is exact. That is rarely what is meant, so a ' +
    'rule that negates a set of one family says which family it speaks of: by `ipv4` or `ipv6`, or by another clause that ' +
    'only one family can meet.',
);

export const TODAY_UNKNOWN = error(
  'SL0308',
  'today is not known',
  '`until` needs the date of today. It is an input of the compile, so that the same input gives the same output: give it ' +
    'with `--date 2026-01-31` or in the environment variable SOURCE_DATE_EPOCH.',
);

export const EXPIRED = error(
  'SL0309',
  'rule that has expired',
  'The day after `until` has come. An `allow` that has expired is left out, which lets less through; to leave out anything ' +
    'else would let more through, so it has to be removed, or prolonged, by hand.',
);

export const EXPIRED_ALLOW: DiagnosticKind = {
  code: 'SL0310',
  severity: 'warning',
  title: '`allow` that has expired',
  explanation:
    'The day after `until` has come, so the rule is left out of the policy. Remove it, or give it a later day.',
};

export const BAD_WINDOW = error(
  'SL0311',
  'hours that hold no time',
  'The hours of `during` run from the first, included, to the second, not included; over midnight where the second is the ' +
    'earlier. A window that begins when it ends is either never or always open.',
);

export const BURST = error(
  'SL0312',
  'burst that does not fit',
  'A bucket holds its burst: a number of packets (5 unless said) for rates of packets. For rates of bits and bytes there is ' +
    'no number that suits everybody, so it has to be said, as a size: `burst 64KiB`.',
);

export const LIMIT_KEY = error(
  'SL0313',
  'key that cannot be',
  'What a bucket is for is named once: `per source, destination`. Addresses can be cut to a prefix: `per source/24/64`.',
);

export const SHARED_LIMIT = error(
  'SL0351',
  'limits of one name that are not one limit',
  'Limits that name one `bucket` have the same buckets, so they are one limit that stands in several places: their ' +
    'rate, burst, key and number of keys are the same, and so is the sense (`over` or `up to`). The buckets of a limit in an ' +
    '`each` belong to its rows, and are shared with no other.',
);

export const FLOWS_COUNT = error(
  'SL0314',
  'bits or bytes where flows are counted',
  'In a stateful `filter` a rule decides about new flows, and a limit in it counts flows. Bits and bytes belong to packets: ' +
    'limit them in an `each packet` rule, in `mitigate`, in `mangle` or in `shape`.',
);

export const SAMPLE = error(
  'SL0315',
  'sample that cannot be',
  '`sample A/B` holds for A of B packets, picked at random, so A is at least 1 and at most B.',
);

export const MARK_MASK = error(
  'SL0316',
  'mark that does not fit its mask',
  'A mark has 32 bits. Under a mask only the bits of the mask are looked at or set, so a value with others could never ' +
    'match, or would not be what is set.',
);

export const FLAGS_MASK = error(
  'SL0317',
  'flags outside their mask',
  '`tcp flags A/B` looks at the flags B and wants exactly A of them to be set, so each of A is one of B.',
);

export const NOT_COMPARABLE = error(
  'SL0318',
  'comparison that makes no sense',
  'A comparison has a field of the packet on one side and a value of its kind on the other. `<`, `<=`, `>` and `>=` work on ' +
    'numbers that are constants.',
);

export const PAYLOAD = error(
  'SL0319',
  'payload that does not fit',
  '`payload[a..b]` is the bytes a to b behind the transport header, both included. It is compared with just as many bytes: ' +
    'a number with two hexadecimal digits a byte, or a text with a character a byte.',
);

export const UNKNOWN_PLANE = error(
  'SL0320',
  'unknown plane',
  'The planes that can carry out a policy are `nftables`, `tc`, `xdp`, `sk_lookup` and `p4`.',
);

export const NEEDS_PROTOCOL = error(
  'SL0321',
  'action for other protocols than the rule matches',
  'Some actions only make sense for some protocols: a TCP reset and a SYN proxy for TCP, new ports for protocols that have ' +
    'ports. The rule has to say so, with a service clause such as `tcp` or `tcp/443`.',
);

export const TARGET_ADDRESSES = error(
  'SL0322',
  'target that is no address',
  'A translation leads to one address or one range of each family; or, where the rule matches one prefix and the target is ' +
    'a prefix of the same length, each host to the host with the same number in the other prefix.',
);

export const TARGET_FAMILY = error(
  'SL0323',
  'target of another family',
  'A translation keeps the family of a packet. This rule matches packets of one family and leads to addresses of the other ' +
    'only, so it could never do anything.',
);

export const TARGET_PORTS = error(
  'SL0324',
  'target that is no port',
  'A translation leads to one port or one range of ports.',
);

export const HAIRPIN = error(
  'SL0325',
  '`hairpin` without an address',
  '`hairpin` lets hosts inside reach the translated address as well; so the rule has to say which it is: `to ADDRESS`.',
);

export const MEMORY_KEY = error(
  'SL0326',
  'key that does not fit the memory',
  '`remember` and `forget` name one part of the packet for each column of the memory, in order and of the same kind: ' +
    'addresses, ports, the protocol.',
);

export const ZONES_OVERLAP = error(
  'SL0328',
  'zones that overlap',
  'Zones are disjoint: each interface is in one zone at most, so that `in` and `out` name one. Put what two zones share in a ' +
    'zone of its own, and name both zones where both are meant: `in inside, guests`.',
);

export const ARGUMENTS = error(
  'SL0331',
  'wrong number of arguments',
  'A `use` gives its group as many values as the group has parameters, in their order.',
);

export const TOO_MANY_RULES = error(
  'SL0332',
  'groups that stand for too many rules',
  "Each `use` stands for a copy of its group's rules, and groups that use groups multiply. Sluice stops at 250,000.",
);

export const WHERE_ROW = error(
  'SL0333',
  '`where` of an `each` that does not speak of its row',
  'The `where` behind `each row in table` picks rows when the policy is compiled: it compares cells of that row with ' +
    'constants or with other cells of it. What speaks of packets is a clause of the rules inside.',
);

export const DUPLICATE_STATEMENT = error('SL0334', 'said twice', 'What can be said once stands here a second time.');

export const SHAPE_RATES = error(
  'SL0335',
  'rates of a class that disagree',
  'A class is guaranteed at most its ceiling, and its ceiling is at most what the whole shaper sends. Classes side by side are ' +
    'guaranteed no more together than what they share: the guarantee of the class around them, or its ceiling where it has ' +
    'none, or the rate of the shaper. A class that says no guarantee is guaranteed what the classes in it are.',
);

export const CLASS_NAMES = error(
  'SL0354',
  'classes of rows that are not told apart',
  'Classes are told apart by their names, in the kernel and in what counts there: each row of an `each` needs another name for its ' +
    'class, as the values of a `key` are.',
);

export const WAITS_NOWHERE = error(
  'SL0356',
  'a word of queues where nothing waits',
  'A `policed` shaper lets packets through at once, or drops them where a class, or the shaper, has had its rate. What is guaranteed, ' +
    'whose turn it is and how long packets wait can only be said of packets that wait. What no class takes shares the rate with all ' +
    'others, unless `default` says something else.',
);

export const TOO_MANY_CLASSES = error(
  'SL0355',
  'more classes than a shaper can have',
  'The kernel numbers the classes of one shaper with 16 bits, of which Sluice keeps a few: 65,503 are left. A policy may ' +
    'have 15 shapers.',
);

export const UNKNOWN_LEAF = error(
  'SL0353',
  'unknown queue',
  'Packets of a class wait in a queue of its own, which `leaf` names: `pfifo` (in order, also without `leaf`), `sfq` (flows ' +
    'in turn), `fq_codel` (flows in turn, and none waits long), `fq` (flows in turn, each at the pace of its sender), `cake` ' +
    '(hosts in turn, and the flows of each). A class that has classes in it has no queue of its own kind: name one for each of those.',
);

export const UNKNOWN_CLASS = error(
  'SL0336',
  'unknown class',
  '`default class NAME` names a class of the same `shape` block.',
);

export const BALANCE_SETTING = error(
  'SL0337',
  'balancer that is not complete',
  'A `balance` block says which addresses and services it takes (`vip … service …`), to which backends they go (`pool`), and ' +
    'how (`forward`).',
);

export const POOL_COLUMNS = error(
  'SL0338',
  'pool without addresses',
  "The table of a pool has a column `addr`, `address` or `ip` with the backends' addresses, and may have one `weight` with " +
    'whole numbers.',
);

export const EXPECTED_ENDPOINT = error(
  'SL0339',
  'expected packet that cannot be',
  'An expectation is about one packet: one source and one destination of the same family, ports where (and only where) the ' +
    'protocol has them.',
);

export const UNKNOWN_ZONE_BINDING = error(
  'SL0340',
  'target binds a zone that is not there',
  'A `zone` inside a `target` says which interfaces a zone of the policy is there; so the policy has to have it.',
);

export const MARK_RESERVE = error(
  'SL0341',
  'marks that cannot be reserved',
  '`marks reserve` names bits of the 32-bit packet mark that Sluice may use, at least one.',
);

export const PLANE_PLACE = error(
  'SL0342',
  'plane without a place',
  '`tc`, `xdp` and `p4` are attached to interfaces or devices: `xdp on bond0`. `nftables` is one for the whole host, and ' +
    '`sk_lookup` for its network namespace.',
);

export const SOCKET_PLACE = error(
  'SL0348',
  'socket without a place',
  'A target says where the sockets that `dispatch` names listen, one address and port for each family: ' +
    '`socket web = 127.0.0.1:8080, [::1]:8080`.',
);

export const MISPLACED_ITEM = error(
  'SL0343',
  'item that cannot stand here',
  '`class` and `default` belong to `shape`, `essential off` to the top of a `filter`, and a `shape` block holds nothing else.',
);

export const SETTING_WITHOUT_STATE = error(
  'SL0344',
  'setting of a stateful filter',
  'A stateless filter knows no flows: `invalid` and `pickup` say nothing there. In its rules, `state invalid` is a clause.',
);

export const NAME_ACROSS_FILES = error(
  'SL0345',
  'one name in two files',
  'Zones, tables and memories get their names in what is compiled from the policy, so these have to differ over all its ' +
    'files, even where a file is used in part only.',
);

export const BAD_COUNTER = error(
  'SL0347',
  'counter that cannot be',
  'A counter has a name (`count as smtp`), or there is one for each value of a column of the row at hand (`as u.id`).',
);

export const PORT_BEFORE_TRANSLATION = error(
  'SL0352',
  'port before translation',
  '`original to SET` asks whom a flow was for before it was translated. No plane can ask for the port that it was for then, ' +
    'and a port behind such a clause would be read as that one. What was translated is told by the address, or by a ' +
    'mark that a rule of `mangle prerouting` sets for the address and the port on the wire.',
);

export const EMPTY_POLICY = error(
  'SL0349',
  'empty policy',
  'The file has no statement: it is empty, or holds comments only. What generates it may have failed, and an earlier output ' +
    'is worth more than one of nothing.',
);

export const NO_RULES: DiagnosticKind = {
  code: 'SL0350',
  severity: 'warning',
  title: 'policy without a rule',
  explanation:
    'Neither the file nor what it uses as a whole has a filter, a balance, or any other block with a rule in it, so nothing ' +
    'is done to any packet. A file that only gives names to things is for other policies to `use`.',
};
