/** Rules of filters, `mitigate`, `raw`, `mangle` and `count`. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { clauses, limit, services, type Way } from './clauses.ts';
import type { Features } from './features.ts';
import { addressSet } from './addresses.ts';
import { either, joined, maybe, nameOf, NOTHING, piece, plain, words, type Declaration, type Piece } from './piece.ts';

const BANNED: Declaration = { name: 'banned', text: 'memory banned(address: ip) timeout 1h keys 65536' };
const OFTEN: Declaration = { name: 'often', text: 'memory often(address: ip) timeout 1h hits 2' };
const TALKED: Declaration = { name: 'talked', text: 'memory talked(from: ip, port: port) timeout 1h' };

/** Clauses, at times with a memory and a limit among them. */
function conditions(features: Features, way: Way): Arbitrary<Piece> {
  const remembers = features.has('memory') && !['dnat', 'snat', 'count'].includes(way.place);
  const limits = ['mitigate', 'raw', 'filter', 'each packet', 'stateless', 'mangle'].includes(way.place);
  return fastCheck
    .tuple(
      clauses(features, way),
      maybe(
        fastCheck.constantFrom<Piece>(
          { text: 'from banned', needs: [BANNED] },
          { text: 'from often', needs: [OFTEN] },
          { text: 'not from often', needs: [OFTEN] },
        ),
        remembers ? 4 : 0,
      ),
      maybe(limit(features, way), limits && features.has('limits') ? 14 : 0),
    )
    .map(([plainClauses, memory, rate]) => {
      const clash = memory.text !== '' && / from |^from |^not from/.test(` ${plainClauses.text}`);
      return joined([plainClauses, clash ? NOTHING : memory, rate], ' ');
    });
}

function effects(features: Features, way: Way): readonly (readonly [number, Arbitrary<Piece>])[] {
  const isMangle = way.place === 'mangle';
  return [
    [features.has('count') ? 4 : 0, words('count as a', 'count as b', 'count as c')],
    [
      features.has('marks') && way.place !== 'mitigate' ? 3 : 0,
      words('mark set 0x5', 'mark set 0x100/0x100', 'mark set 0x7/0xff'),
    ],
    [features.has('log') ? 1 : 0, words('log "seen"', 'log "a line" level info')],
    [
      features.has('memory') ? 2 : 0,
      words('remember source in banned', 'forget source in banned', 'remember destination in banned for 2h').map(
        ({ text }) => ({ text, needs: [BANNED] }),
      ),
    ],
    [
      features.has('memory') ? 2 : 0,
      words('remember source in often', 'remember source in often', 'forget source in often').map(({ text }) => ({
        text,
        needs: [OFTEN],
      })),
    ],
    [
      features.has('memory') ? 1 : 0,
      fastCheck.constant<Piece>({ text: 'remember source, destination port in talked', needs: [TALKED] }),
    ],
    [isMangle ? 6 : 0, words('dscp set 46', 'dscp set 0', 'dscp set 8')],
    [isMangle ? 3 : 0, words('mss clamp', 'mss set 1200', 'mss set 536')],
    [features.has('notrack') && way.place === 'raw' ? 4 : 0, words('notrack')],
  ];
}

function attached(features: Features, way: Way): Arbitrary<Piece> {
  const kinds = effects(features, { ...way, place: way.place === 'mangle' ? 'filter' : way.place }).filter(
    ([weight]) => weight > 0,
  );
  if (kinds.length === 0) return fastCheck.constant(NOTHING);
  const conditioned = maybe(fastCheck.oneof(words('ipv4', 'tcp', 'in inside'), limit(features, way)), 15);
  const allowsCondition = way.hasIn && ['filter', 'stateless', 'each packet'].includes(way.place);
  return fastCheck
    .tuple(either(...kinds), allowsCondition ? conditioned : fastCheck.constant(NOTHING))
    .map(([effect, condition]) => piece`and ${effect} ${condition}`);
}

function verdicts(features: Features, way: Way): Arbitrary<Piece> {
  const rejects = features.has('reject') && ['filter', 'each packet', 'stateless'].includes(way.place);
  return either(
    [6, words('allow')],
    [4, words('drop')],
    [
      rejects ? 2 : 0,
      words(
        'reject',
        'reject with port-unreachable',
        'reject with host-unreachable',
        'reject with admin-prohibited',
        'reject with net-unreachable',
      ),
    ],
  );
}

/** `allow in inside tcp/22 and count as a` */
function rule(features: Features, way: Way): Arbitrary<Piece> {
  const kinds = effects(features, way).filter(([weight]) => weight > 0);
  const isJudging = ['filter', 'each packet', 'stateless', 'mitigate', 'raw'].includes(way.place);
  const action = either(
    [isJudging ? 8 : 0, verdicts(features, way)],
    ...kinds
      .map(([weight, kind]) => [weight / 4, kind] as const)
      .map(([weight, kind]) => [isJudging ? Math.ceil(weight) : Math.ceil(weight * 4), kind] as const),
  );
  const eachPacket = way.place === 'each packet' ? plain('each packet') : NOTHING;
  return fastCheck
    .tuple(action, conditions(features, way), maybe(attached(features, way), 14))
    .map(([act, when, and]) => joined([eachPacket, mssNeedsTcp(act, when), and], ' '));
}

/** The MSS is TCP's, and a reset answers TCP only. */
function mssNeedsTcp(action: Piece, when: Piece): Piece {
  if (!action.text.startsWith('mss')) return joined([action, when], ' ');
  return joined([action, plain('tcp flags syn'), when.text.includes('tcp flags') ? NOTHING : when], ' ');
}

/** Rules for each row of a table. */
function eachRow(features: Features, way: Way): Arbitrary<Piece> {
  const verdict = verdicts(features, way);
  const zoneIn = way.hasIn ? 'in uplink' : '';
  const zoneOut = way.hasOut ? 'out uplink' : '';
  const eachPacket = way.place === 'each packet' ? 'each packet ' : '';
  const counted = features.has('count') && ['filter', 'stateless', 'mitigate', 'each packet'].includes(way.place);
  const bodies: Arbitrary<Piece>[] = [
    verdict.map((act) => piece`each m in members { ${eachPacket}${act} from m.room }`),
    verdict.map((act) => piece`each m in members { ${eachPacket}${act} from m.room, m.room6 ${zoneOut} }`),
    verdict.map((act) => piece`each m in members where m.plan == trial { ${eachPacket}${act} to m.room6 }`),
    verdict.map((act) => piece`each f in forwards { ${eachPacket}${act} ${zoneIn} to f.room f.proto/f.inner }`),
    verdict.map((act) => piece`each h in hosts { ${eachPacket}${act} to h.address tcp/h.ports }`),
    verdict.map((act) => piece`each h in hosts { ${eachPacket}${act} from h.guard to h.address }`),
    verdict.map((act) => piece`each n in nets { ${eachPacket}${act} from n.net tcp/80 }`),
    verdict.map((act) => piece`each n in nets where n.code < 30 { ${eachPacket}${act} host n.net }`),
    verdict.map((act) => piece`each b in blocks { ${eachPacket}${act} from b.room ${zoneOut} }`),
    verdict.map(
      (act) => piece`each m in members where m.room in blocks.room { ${eachPacket}${act} from m.room, m.room6 }`,
    ),
    fastCheck
      .tuple(verdict, verdict)
      .map(
        ([one, other]) =>
          piece`each m in members { ${eachPacket}${one} from m.room tcp/22 ${eachPacket}${other} from m.room udp }`,
      ),
    fastCheck
      .tuple(verdict, services(features))
      .map(([act, service]) => piece`each m in members { ${eachPacket}${act} to m.room ${service} }`),
  ];
  if (counted) {
    bodies.push(
      fastCheck.constant(plain(`each m in members { ${eachPacket}count as m.id from m.room }`)),
      verdict.map((act) => piece`each m in members { ${eachPacket}${act} to m.room and count as m.id }`),
    );
  }
  if (features.has('row limits') && ['filter', 'stateless', 'mitigate'].includes(way.place)) {
    bodies.push(
      verdict.map((act) => piece`each m in members { ${act} from m.room up to 2/day }`),
      verdict.map((act) => piece`each h in hosts { ${act} to h.address up to h.limit per source }`),
    );
  }
  if (features.has('marks') && ['filter', 'stateless', 'raw', 'mangle'].includes(way.place)) {
    bodies.push(fastCheck.constant(plain('each n in nets { mark set n.code/0xff from n.net }')));
  }
  if (way.place === 'mangle') {
    const only = [
      fastCheck.constant(plain('each n in nets { dscp set n.code from n.net }')),
      fastCheck.constant(plain('each h in hosts { dscp set h.code to h.address }')),
    ];
    return fastCheck.oneof(...only);
  }
  return fastCheck.oneof(...bodies);
}

/** Rules that leave a group; some take several lines of a plane, from which packets come back that do not leave. */
function leavingRules(features: Features, { place }: Way): readonly string[] {
  const inOneLine = ['leave to machines', 'leave from machines tcp', 'leave tcp/80'];
  if (!features.has('limits') || !['filter', 'stateless', 'mitigate'].includes(place)) return inOneLine;
  return [
    ...inOneLine,
    'leave udp up to 3/day where source port in { 53, 80 } or destination port in { 53, 1000-2000 }',
  ];
}

/** A group of rules, declared where it is used; it has a parameter for addresses. */
function groupUse(features: Features, way: Way): Arbitrary<Piece> {
  const eachPacket = way.place === 'each packet' ? 'each packet ' : '';
  const leaving = fastCheck.tuple(words(...leavingRules(features, way)), verdicts(features, way)).map(
    ([leave, act]) => piece`${eachPacket}${leave}
  ${eachPacket}${act} to machines`,
  );
  const body = either(
    [2, verdicts(features, way).map((act) => piece`${eachPacket}${act} to machines`)],
    [2, leaving],
    [2, fastCheck.tuple(leaving, rule(without(features), way)).map(([one, other]) => joined([one, other], '\n  '))],
  );
  return fastCheck.tuple(body, addressSet(without(features))).map(([content, hosts]): Piece => {
    const name = nameOf('group', content.text);
    const argument = hosts.text.includes(',') && !hosts.text.startsWith('{') ? `{ ${hosts.text} }` : hosts.text;
    return {
      text: `use ${name}(${argument})`,
      needs: [...content.needs, ...hosts.needs, { name, text: `group ${name}(machines) {\n  ${content.text}\n}` }],
    };
  });
}

function without(features: Features): Features {
  return new Set(
    [...features].filter((feature) => feature !== 'groups' && feature !== 'tables' && feature !== 'masked addresses'),
  );
}

/** A few rules of all kinds, one a line. */
export function rules(features: Features, way: Way, most: number): Arbitrary<Piece> {
  const groups = features.has('groups') && !['mangle', 'count'].includes(way.place);
  const one = either(
    [10, rule(features, way)],
    [features.has('tables') && way.place !== 'raw' ? 4 : 0, eachRow(features, way)],
    [groups ? 2 : 0, groupUse(features, way)],
  );
  return fastCheck.array(one, { minLength: 0, maxLength: most, size: 'max' }).map((items) => joined(items, '\n  '));
}
