/** Random dumps as generators write them: many rules of a few forms, straight in a chain or in a chain for each network. */
import fastCheck, { type Arbitrary } from 'fast-check';

/** Networks that hold one another, and hosts in them, so that rules of different forms overlap. */
const NETWORKS = ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24', '10.1.2.0/24', '10.2.0.0/16', '10.2.2.0/24'];
export const HOSTS = Array.from({ length: 60 }, (_, at) => `10.${1 + (at % 2)}.${1 + (at % 3)}.${2 + at}`);
export const PORTS = [22, 25, 80, 443, 445];
const MARKS = ['0x1', '0x2', '0x3', '0x10'];
const PUBLIC = ['203.0.113.50', '203.0.113.51', '203.0.113.52'];

const pick = <T>(values: readonly T[]): Arbitrary<T> => fastCheck.constantFrom(...values);

/** A form of rules: draws one of them. */
type Form = Arbitrary<string>;

const host = pick(HOSTS).map((address) => `${address}/32`);
const network = pick(NETWORKS);
const address = fastCheck.oneof({ weight: 3, arbitrary: host }, { weight: 1, arbitrary: network });
const side = pick(['-s', '-d']);
const service = fastCheck
  .tuple(pick(['tcp', 'udp']), pick(PORTS))
  .map(([p, port]) => `-p ${p} -m ${p} --dport ${port}`);
const interfaces = pick(['', '', ' -o eth0', ' -i eth0', ' -i eth1']);

/** A few forms, and then rules of them, mixed or one form behind the other. */
function listOf(forms: Arbitrary<Form>, most: number): Arbitrary<string[]> {
  return fastCheck
    .tuple(fastCheck.array(forms, { minLength: 1, maxLength: 3 }), fastCheck.boolean())
    .chain(([some, isMixed]) =>
      isMixed
        ? fastCheck.array(fastCheck.oneof(...some), { minLength: most / 2, maxLength: most })
        : fastCheck
            .tuple(...some.map((form) => fastCheck.array(form, { minLength: most / 6, maxLength: most / 2 })))
            .map((lists) => lists.flat()),
    );
}

const verdict = pick(['ACCEPT', 'DROP', 'ACCEPT', 'DROP', 'RETURN', 'REJECT --reject-with icmp-port-unreachable']);

/** Forms of the filter, by what the rules ask besides an interface; of hosts among some. */
function filterForms(one: string, by: string, end: string, hosts: Arbitrary<string> = host): Form[] {
  const ssh = '-p tcp -m tcp --dport 22 -m comment --comment "ssh"';
  return [
    (hosts === host ? address : hosts).map((value) => `${one} ${value}${by} -j ${end}`),
    fastCheck.tuple(hosts, service).map(([value, asked]) => `${one} ${value}${by} ${asked} -j ${end}`),
    fastCheck.tuple(address, address).map(([from, to]) => `-s ${from} -d ${to}${by} -j ${end}`),
    hosts.map((value) => `${one} ${value}${by} ${ssh} -j ${end}`),
    fastCheck
      .tuple(hosts, pick(['a', 'b']))
      .map(([value, text]) => `${one} ${value}${by} -m comment --comment "host ${text}" -j ${end}`),
  ];
}

const filterForm: Arbitrary<Form> = fastCheck
  .tuple(side, interfaces, verdict, fastCheck.nat(4))
  .map(([one, by, end, kind]) => filterForms(one, by, end)[kind]!);

/**
 * Two forms, of which the one that begins must come behind the other: its first rules are for hosts that the other does not
 * name, its later ones for those that the other has named before.
 */
const staggered: Arbitrary<string[]> = fastCheck
  .tuple(side, fastCheck.shuffledSubarray(['ACCEPT', 'DROP'], { minLength: 2 }), fastCheck.nat(1), pick([1, 3, 4]))
  .chain(([one, [end = 'ACCEPT', other = 'DROP'], wide, narrow]) => {
    const [early, late] = [HOSTS.slice(0, 20), HOSTS.slice(20, 30)].map((hosts) => pick(hosts.map((ip) => `${ip}/32`)));
    const rules = (kind: number, decision: string, hosts: Arbitrary<string>) =>
      fastCheck.array(filterForms(one, '', decision, hosts)[kind]!, { minLength: 24, maxLength: 40 });
    const [first, second] = wide === 0 ? [0, narrow] : [narrow, 0];
    return fastCheck
      .tuple(rules(first, end, early!), rules(second, other, late!), rules(first, end, late!))
      .map((lists) => lists.flat());
  });

const odd: Form = fastCheck.oneof(
  fastCheck.tuple(side, address, verdict).map(([one, value, end]) => `${one} ${value} -j ${end}`),
  fastCheck.tuple(service, verdict).map(([asked, end]) => `${asked} -j ${end}`),
  fastCheck.tuple(side, network, verdict).map(([one, value, end]) => `! ${one} ${value} -p udp -j ${end}`),
);

const filterRules = fastCheck
  .tuple(listOf(filterForm, 120), fastCheck.array(fastCheck.tuple(fastCheck.nat(120), odd), { maxLength: 3 }))
  .map(([rules, others]) => others.reduce((list, [at, rule]) => list.toSpliced(at, 0, rule), rules));

const markForm: Arbitrary<Form> = fastCheck
  .tuple(side, pick(['', ' -o eth0']))
  .map(([one, by]) =>
    fastCheck
      .tuple(address, pick(MARKS))
      .map(([value, mark]) => `${one} ${value}${by} -j MARK --set-xmark ${mark}/0xffffffff`),
  );

const markRules = fastCheck
  .tuple(listOf(markForm, 90), fastCheck.array(fastCheck.tuple(fastCheck.nat(90), host), { maxLength: 2 }))
  .map(([rules, ends]) => ends.reduce((list, [at, value]) => list.toSpliced(at, 0, `-s ${value} -j ACCEPT`), rules));

const sourceForm: Arbitrary<Form> = fastCheck.constant(
  fastCheck.tuple(address, pick(PUBLIC)).map(([value, to]) => `-s ${value} -o eth0 -j SNAT --to-source ${to}`),
);
const destinationForm: Arbitrary<Form> = pick(['', ':8080']).map((port) =>
  fastCheck
    .tuple(pick(PUBLIC), service, pick(HOSTS))
    .map(([to, asked, inner]) => `-d ${to}/32 -i eth0 ${asked} -j DNAT --to-destination ${inner}${port}`),
);

/** Rules in chains of their own, one for each of the networks or hosts that the jumps name. */
function inChains(chain: string, rules: Arbitrary<string[]>): Arbitrary<{ chains: string[]; rules: string[] }> {
  const own = fastCheck.tuple(address, side, rules);
  return fastCheck.array(own, { minLength: 16, maxLength: 18 }).map((all) => ({
    chains: all.map((_, at) => `${chain.toLowerCase()}_${at}`),
    rules: all.flatMap(([value, one, list], at) => [
      `-A ${chain} ${one} ${value} -j ${chain.toLowerCase()}_${at}`,
      ...list.map((rule) => `-A ${chain.toLowerCase()}_${at} ${rule}`),
    ]),
  }));
}

function chained(chain: string, forms: Arbitrary<Form>): Arbitrary<{ chains: string[]; rules: string[] }> {
  return fastCheck
    .array(forms, { minLength: 1, maxLength: 2 })
    .chain((some) => inChains(chain, fastCheck.array(fastCheck.oneof(...some), { minLength: 1, maxLength: 4 })));
}

function flat(chain: string, rules: Arbitrary<string[]>): Arbitrary<{ chains: string[]; rules: string[] }> {
  return rules.map((list) => ({ chains: [], rules: list.map((rule) => `-A ${chain} ${rule}`) }));
}

function table(
  name: string,
  heads: readonly string[],
  ...parts: readonly { chains: string[]; rules: string[] }[]
): string {
  const chains = parts.flatMap((part) => part.chains.map((chain) => `:${chain} - [0:0]`));
  return [`*${name}`, ...heads, ...chains, ...parts.flatMap((part) => part.rules), 'COMMIT', ''].join('\n');
}

/** A dump of the tables `filter`, `mangle` and `nat` for IPv4 whose rules are about forwarded packets. */
export const repetitiveDump: Arbitrary<string> = fastCheck
  .tuple(
    pick(['ACCEPT', 'DROP']),
    fastCheck.oneof(flat('FORWARD', filterRules), flat('FORWARD', staggered), chained('FORWARD', filterForm)),
    fastCheck.oneof(flat('FORWARD', markRules), chained('FORWARD', markForm)),
    flat('PREROUTING', listOf(destinationForm, 60)),
    fastCheck.oneof(flat('POSTROUTING', listOf(sourceForm, 60)), chained('POSTROUTING', sourceForm)),
  )
  .map(([policy, filter, mangle, before, behind]) =>
    [
      table('filter', [`:FORWARD ${policy} [0:0]`], filter),
      table('mangle', [':FORWARD ACCEPT [0:0]'], mangle),
      table('nat', [':PREROUTING ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'], before, behind),
    ].join(''),
  );
