/** Random dumps of iptables: chains that jump to each other, and rules over the matches that a policy can say. */
import fastCheck, { type Arbitrary } from 'fast-check';

const INTERFACES = ['eth0', 'eth1', 'lan+'];
const ADDRESSES = [
  '10.0.0.0/8',
  '10.1.2.0/24',
  '10.1.2.3/32',
  '192.0.2.0/25',
  '192.0.2.77/32',
  '172.16.0.0/12',
  '10.1.0.0/255.255.0.255',
];
const PORTS = ['22', '53', '80', '1024:65535', '1000:1010', '443'];
/** Limits that are asked before other matches: they count packets that those refuse. They refill too slowly to matter. */
const EARLY = ['', '', '', '-m limit --limit 1/hour --limit-burst 30 '];
const LATE = ['-m limit --limit 2/hour --limit-burst 30', '-m limit --limit 1/hour'];
const USER_CHAINS = ['one', 'two', 'three'];

const pick = (values: readonly string[]): Arbitrary<string> => fastCheck.constantFrom(...values);
const not: Arbitrary<string> = fastCheck.constantFrom('', '', '', '! ');

/** One option, or none. */
function sometimes(option: Arbitrary<string>): Arbitrary<string> {
  return fastCheck.oneof({ weight: 2, arbitrary: fastCheck.constant('') }, { weight: 1, arbitrary: option });
}

const protocol: Arbitrary<string> = fastCheck.oneof(
  { weight: 3, arbitrary: fastCheck.constant('') },
  fastCheck
    .tuple(pick(['tcp', 'udp']), pick(EARLY), pick(['dport', 'sport']), not, pick(PORTS))
    .map(([name, early, side, negated, ports]) => `-p ${name} ${early}-m ${name} ${negated}--${side} ${ports}`),
  fastCheck
    .tuple(pick(['tcp', 'udp']), pick(['dports', 'ports', 'sports']), not)
    .map(([name, side, negated]) => `-p ${name} -m multiport ${negated}--${side} 53,80,1000:2000`),
  fastCheck
    .tuple(not, pick(['SYN SYN', 'FIN,SYN,RST,ACK SYN', 'SYN,ACK ACK', 'FIN,SYN NONE']))
    .map(([negated, flags]) => `-p tcp -m tcp ${negated}--tcp-flags ${flags}`),
  pick(['8', '3/3', '0', 'any']).map((type) => `-p icmp -m icmp --icmp-type ${type}`),
  pick(['-p tcp', '-p udp', '-p icmp', '-p gre', '! -p tcp', '-p esp']),
);

const further: Arbitrary<string> = fastCheck.oneof(
  { weight: 4, arbitrary: fastCheck.constant('') },
  pick(LATE),
  fastCheck
    .tuple(not, pick(['NEW', 'RELATED,ESTABLISHED', 'INVALID', 'NEW,UNTRACKED']))
    .map(([negated, states]) => `-m conntrack ${negated}--ctstate ${states}`),
  fastCheck
    .tuple(not, pick(['0x1', '0x2/0x3', '0x10/0xf0']))
    .map(([negated, mark]) => `-m mark ${negated}--mark ${mark}`),
  fastCheck
    .tuple(not, pick(['28:40', '100:1500', '0:60']))
    .map(([negated, bytes]) => `-m length ${negated}--length ${bytes}`),
  pick(['--ttl-eq 64', '--ttl-lt 5', '--ttl-gt 63']).map((ttl) => `-m ttl ${ttl}`),
  fastCheck.tuple(not, pick(['0x0a', '0x2e'])).map(([negated, value]) => `-m dscp ${negated}--dscp ${value}`),
  fastCheck
    .tuple(not, pick(['--src-range', '--dst-range']))
    .map(([negated, option]) => `-m iprange ${negated}${option} 10.1.2.3-10.1.9.250`),
);

/** In an order of layers, so that no chain jumps back. */
function targetFrom(layer: number): Arbitrary<string> {
  const chains = USER_CHAINS.slice(layer);
  const jumps =
    chains.length === 0 ? [] : [pick(chains).map((chain) => `-j ${chain}`), pick(chains).map((chain) => `-g ${chain}`)];
  return fastCheck.oneof(
    {
      weight: 3,
      arbitrary: pick(['-j ACCEPT', '-j DROP', '-j RETURN', '-j REJECT --reject-with icmp-admin-prohibited']),
    },
    pick([
      '-j MARK --set-xmark 0x1/0xffffffff',
      '-j MARK --set-xmark 0x10/0xf0',
      '-j LOG',
      '-j MARK --set-xmark 0x2/0x3',
    ]),
    ...jumps.map((arbitrary) => ({ weight: 2, arbitrary })),
  );
}

function rules(chain: string, layer: number): Arbitrary<string[]> {
  const incoming =
    chain === 'OUTPUT'
      ? fastCheck.constant('')
      : sometimes(fastCheck.tuple(not, pick(INTERFACES)).map(([n, i]) => `${n}-i ${i}`));
  const outgoing =
    chain === 'FORWARD' || chain === 'OUTPUT'
      ? sometimes(pick(INTERFACES).map((i) => `-o ${i}`))
      : fastCheck.constant('');
  const free = layer > 0 ? fastCheck.constant('') : undefined;
  const address = (option: string) =>
    sometimes(fastCheck.tuple(not, pick(ADDRESSES)).map(([n, a]) => `${n}${option} ${a}`));
  const rule = fastCheck
    .tuple(address('-s'), address('-d'), free ?? incoming, free ?? outgoing, protocol, further, targetFrom(layer))
    .map((words) => `-A ${chain} ${words.filter((word) => word !== '').join(' ')}`);
  return fastCheck.array(rule, { minLength: 1, maxLength: layer > 0 ? 6 : 9 });
}

const established: Arbitrary<string[]> = fastCheck.constantFrom([], ['-m state --state RELATED,ESTABLISHED -j ACCEPT']);

/** A dump of the table `filter` for IPv4. */
export const randomDump: Arbitrary<string> = fastCheck
  .tuple(
    fastCheck.array(fastCheck.constantFrom('ACCEPT', 'DROP'), { minLength: 3, maxLength: 3 }),
    established,
    rules('INPUT', 0),
    rules('FORWARD', 0),
    fastCheck.oneof(fastCheck.constant([]), rules('OUTPUT', 0)),
    ...USER_CHAINS.map((chain, layer) => rules(chain, layer + 1)),
  )
  .map(([policies, head, ...lists]) =>
    [
      '*filter',
      ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain, at) => `:${chain} ${policies[at]} [0:0]`),
      ...USER_CHAINS.map((chain) => `:${chain} - [0:0]`),
      // Loopback never enters a filter of a policy.
      '-A INPUT -i lo -j ACCEPT',
      '-A OUTPUT -o lo -j ACCEPT',
      ...head.flatMap((rule) => ['INPUT', 'FORWARD'].map((chain) => `-A ${chain} ${rule}`)),
      ...lists.flat(),
      'COMMIT',
      '',
    ].join('\n'),
  );
