/** Random policies with `shape` blocks, for a target that queues by tc; their rates are higher than what a test sends. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { addressSet } from './addresses.ts';
import { clauses, type Way } from './clauses.ts';
import { without, type Features } from './features.ts';
import { natRules } from './nat.ts';
import { either, joined, maybe, NOTHING, piece, plain, words, type Piece } from './piece.ts';
import { HEADER, print, type RandomPolicy } from './policy.ts';
import { rules } from './rules.ts';
import { tables } from './tables.ts';

const WAY: Way = { place: 'shape', hasIn: true, hasOut: false };

/** The kernel here has no queue that is fair to flows, so no default is. */
const DEFAULTS = ['default unshaped', 'default class rest', 'default class rest'] as const;

const options = (): Arbitrary<Piece> =>
  fastCheck
    .tuple(
      maybe(words('guarantee 1mbit', 'guarantee 20mbit'), 40),
      maybe(words('ceiling 700mbit', 'ceiling 900mbit'), 40),
      maybe(words('first', 'priority 1', 'priority 7'), 30),
      maybe(words('burst 64KiB'), 15),
      maybe(words('leaf pfifo', 'latency 50ms leaf pfifo'), 15),
    )
    .map((parts) => joined(parts, ' '));

function shapeClass(asked: Arbitrary<Piece>, name: string): Arbitrary<Piece> {
  const nested = maybe(
    fastCheck
      .tuple(asked, maybe(asked, 40))
      .map(([one, other]) =>
        joined([inside('inner', one), other.text === '' ? NOTHING : inside('other', other)], '\n    '),
      ),
    30,
  );
  return fastCheck.tuple(options(), asked, nested).map(([given, when, inner]) => {
    const condition = when.text === '' ? plain('ipv4') : when;
    if (inner.text === '') return piece`class ${name} ${given} for ${condition}`;
    const plainly = plain(given.text.replace(/(latency \w+ )?leaf pfifo/, ''));
    const head = piece`class ${name} ${plainly} for ${condition}`;
    return { text: `${head.text} {\n    ${inner.text}\n  }`, needs: [...head.needs, ...inner.needs] };
  });
}

function inside(name: string, when: Piece): Piece {
  return piece`class ${name} guarantee 100kbit for ${when.text === '' ? plain('tcp') : when}`;
}

const eachRow = (): Arbitrary<Piece> =>
  words(
    'each m in members { class m.id for host m.room ceiling 500mbit }',
    'each m in members where m.plan == trial { class m.id for host m.room, m.room6 ceiling 500mbit }',
    'each m in members { class m.id for to m.room, m.room6 guarantee 100kbit }',
    'each m in members { class m.id for host m.room { class talk for udp/53 guarantee 10kbit } }',
    'each h in hosts { class h.address for from h.address priority 2 }',
    'each n in nets { class n.net for to n.net tcp }',
    'class all ceiling 900mbit for host members.room, members.room6 { each m in members { class m.id for host m.room } }',
  );

function shape(
  features: Features,
  head: string,
  isWithRows: boolean,
  asked = clauses(features, WAY),
): Arbitrary<Piece> {
  const classes = fastCheck
    .array(fastCheck.nat(9999), { minLength: 1, maxLength: 6, size: 'max' })
    .chain((list) => fastCheck.tuple(...list.map((_, index) => shapeClass(asked, `c${index}`))));
  return fastCheck
    .tuple(
      classes,
      maybe(eachRow(), isWithRows && features.has('tables') ? 60 : 0),
      maybe(words('class rest', 'class rest for not tcp'), 100),
      words(...DEFAULTS),
      fastCheck.boolean(),
    )
    .map(([own, rows, rest, byDefault, isRowsFirst]) => {
      const items = isRowsFirst ? [rows, ...own] : [...own, rows];
      return joined([plain(`shape ${head} {`), ...items, rest, byDefault, plain('}')], '\n  ');
    });
}

/** Without what stands for whole other planes, or is another test's. */
const SHAPING: Features = without(
  'times',
  'protocol numbers',
  'wire addresses',
  'addresses of zones',
  'same field',
  'payload',
);

export function shapingPolicy(features: Features = SHAPING): Arbitrary<RandomPolicy> {
  const mangle = maybe(
    words(
      'mangle postrouting {\n  dscp set 46 udp\n}',
      'mangle postrouting {\n  mark set 0x5 tcp\n  dscp set 10 to 10.0.0.0/8\n}',
    ),
    35,
  );
  const blocks = fastCheck.tuple(
    maybe(
      natRules(features).map(
        (body) => piece`nat {
  ${body}
}`,
      ),
      45,
    ),
    either([3, words('filter forward default allow {}')], [1, words('', 'filter forward stateless default allow {}')]),
    mangle,
    shape(features, 'uplink egress rate 1gbit', true),
    maybe(shape(features, 'inside egress rate 900mbit link atm overhead 10', false), 40),
  );
  const target = 'target router {\n  nftables\n  tc on uplink0, lan0\n}\n';
  return fastCheck.tuple(blocks, tables()).map(([parts, rows]) => print(joined(parts, '\n\n'), rows, HEADER, target));
}

/** What packets carry as they come in is all that their classes can ask for. */
const ARRIVING: Features = new Set([...SHAPING].filter((feature) => feature !== 'marks' && feature !== 'nat'));

const MITIGATES: Way = { place: 'mitigate', hasIn: false, hasOut: false };

/** The same for what comes in, some of it judged before it queues, and dropped behind. */
export function ingressPolicy(features: Features = ARRIVING): Arbitrary<RandomPolicy> {
  const blocks = fastCheck.tuple(
    maybe(
      rules(
        without('limits', 'row limits', 'memory', 'log', 'count', 'times', 'protocol numbers', 'payload'),
        MITIGATES,
        5,
      ).map(
        (body) => piece`mitigate in uplink, inside {
  ${body}
}`,
      ),
      40,
    ),
    words(
      'filter forward default allow {}',
      'filter forward default allow { drop udp }',
      'filter forward stateless default allow {}',
    ),
    shape(features, 'uplink ingress rate 1gbit', true),
    maybe(shape(features, 'inside ingress rate 900mbit', false), 40),
    maybe(shape(features, 'inside egress rate 900mbit', false), 30),
  );
  const target = 'target router {\n  nftables\n  tc on uplink0, lan0\n}\n';
  return fastCheck.tuple(blocks, tables()).map(([parts, rows]) => print(joined(parts, '\n\n'), rows, HEADER, target));
}

/** Packets that each go their way by themselves: nothing is followed, put together or translated. */
const BY_THEMSELVES = 'filter forward stateless default allow {}';

/** The same for what leaves, across queues of the interface; its rates fit into a queue's part. */
export function acrossPolicy(): Arbitrary<RandomPolicy> {
  const features: Features = new Set([...SHAPING].filter((feature) => feature !== 'nat'));
  const blocks = shape(features, 'uplink egress rate 8gbit across 8 queues', true);
  return withTables(blocks.map((block) => joined([plain(BY_THEMSELVES), block], '\n\n')));
}

/** What needs a queue. */
const OF_QUEUES = / (?:guarantee \w+|first|priority \d|latency \w+|leaf \w+)(?=[ \n])/g;

/** The same for what comes in and is policed. */
export function policedPolicy(): Arbitrary<RandomPolicy> {
  const heads = words('uplink ingress rate 1gbit policed', 'inside ingress rate 900mbit overhead 4 policed');
  const blocks = heads.chain(({ text }) => shape(ARRIVING, text, true));
  return withTables(
    blocks.map((block) => {
      const text = block.text.replaceAll(OF_QUEUES, '').replaceAll(/burst \w+ /g, '');
      return joined([plain(BY_THEMSELVES), { ...block, text }], '\n\n');
    }),
  );
}

/** What tc can ask of what leaves. */
function asksOfFrames(features: Features): Arbitrary<Piece> {
  return fastCheck
    .tuple(
      maybe(
        addressSet(features, 'inside').map((set) => piece`from ${set}`),
        50,
      ),
      maybe(
        addressSet(features, 'uplink').map((set) => piece`to ${set}`),
        50,
      ),
      maybe(words('dscp is 46', 'dscp is 10, 46', 'not dscp is 0-7', 'ttl 1', 'not ttl 64-255'), 35),
      maybe(words('ipv4', 'ipv6', 'ipv4 tcp', 'ipv4 udp, gre', 'ipv4 not tcp'), 35),
    )
    .map((parts) => joined(parts, ' '));
}

/** The same for what leaves, of which tc alone finds the class. */
export function alonePolicy(): Arbitrary<RandomPolicy> {
  const asked = asksOfFrames(SHAPING);
  const blocks = shapesOfWhatLeaves(asked).map((parts) => joined(parts, '\n\n'));
  return withTables(blocks, '');
}

function shapesOfWhatLeaves(asked: Arbitrary<Piece>): Arbitrary<readonly Piece[]> {
  return fastCheck
    .tuple(
      shape(SHAPING, 'uplink egress rate 1gbit', true, asked),
      maybe(shape(SHAPING, 'inside egress rate 900mbit overhead 4', false, asked), 40),
    )
    .map((parts) => parts.map(withoutPorts));
}

/** What is asked elsewhere of protocols and ports, here is asked of DSCP. */
function withoutPorts(one: Piece): Piece {
  return {
    ...one,
    text: one.text
      .replaceAll(/ for (?:not )?tcp\b/g, ' for not dscp is 46')
      .replaceAll(' udp/53', ' dscp is 46')
      .replaceAll('n.net tcp', 'n.net ttl 64'),
  };
}

/** What a program asks besides of what leaves. */
function asksOfWhatLeaves(features: Features): Arbitrary<Piece> {
  const others = words(
    'mark is 5',
    'not mark is 0-4',
    'mark is 0x4/0xfffffffc',
    'mark is 0x4/0x4',
    'not mark is 0x1/0x9',
    'not from 10.0.0.0/24, 2001:db8:a::/64',
    'not to 10.0.0.0/8, 2001:db8::/32',
    'not host 10.1.0.0/16, 2001:db8:a01::/48',
    'host 10.0.7.0/24, 2001:db8:a::/48',
  );
  return fastCheck
    .tuple(asksOfFrames(features), maybe(others, 50))
    .map(([asked, other]) =>
      /\b(?:from|to) /.test(asked.text) && /from|to/.test(other.text) ? asked : joined([asked, other], ' '),
    );
}

/** The same for what leaves, of which a program finds the class; nftables marks packets before, and may translate some. */
export function leavingPolicy(nat: 'with nat' | 'without nat'): Arbitrary<RandomPolicy> {
  const translations = natRules(SHAPING).map((body) => piece`nat {\n  ${body}\n}`);
  const before = fastCheck.tuple(
    maybe(translations, nat === 'with nat' ? 25 : 0),
    nat === 'with nat' ? words('filter forward default allow {}') : words(''),
    maybe(words('mangle postrouting {\n  mark set 0x5 tcp\n  dscp set 10 to 10.0.0.0/8\n}'), 50),
  );
  const blocks = fastCheck
    .tuple(before, shapesOfWhatLeaves(asksOfWhatLeaves(SHAPING)))
    .map(([first, shapes]) => joined([...first, ...shapes], '\n\n'));
  return withTables(blocks, '  xdp on uplink0, lan0\n  nftables\n');
}

function withTables(blocks: Arbitrary<Piece>, others = '  nftables\n'): Arbitrary<RandomPolicy> {
  const target = `target router {\n${others}  tc on uplink0, lan0\n}\n`;
  return fastCheck.tuple(blocks, tables()).map(([parts, rows]) => print(parts, rows, HEADER, target));
}
