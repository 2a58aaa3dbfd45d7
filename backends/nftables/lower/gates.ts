/** Limits, counts of connections and samples: asked last, in the order written, of packets that meet all else. */
import type { Cell, Gate, Rate, Zone } from '../../../compiler/model/index.ts';
import type { NftChain } from '../tree.ts';
import { bucketKey, type BucketKey } from './bucket-keys.ts';
import { interfaceSet } from './interfaces.ts';
import { setType } from './keys.ts';
import { exactLimit, limiterName, type GatePlace, type KeyedGate, type Opening, type RateGate } from './limiters.ts';
import type { Limit } from './rates.ts';
import { rateOfRow, rowBuckets } from './row-limits.ts';

const CLOSED: Opening = { kind: 'statements', statements: [] };

export function openingOf(gate: Gate, place: GatePlace): Opening {
  switch (gate.kind) {
    case 'sample': {
      const always = gate.one >= gate.of;
      return { kind: 'statements', statements: always ? [] : [`numgen random mod ${gate.of} < ${gate.one}`] };
    }
    case 'rate':
      if (gate.rows.length > 0 && gate.per.length === 0) return rowBuckets(gate, place);
      return 'kind' in gate.rate ? rowRate(gate, gate.rate, place) : constantRate(gate, gate.rate, place);
    case 'connections': {
      const key = withConstant(bucketKey(gate, place));
      const text = `ct count ${gate.sense === 'over' ? 'over ' : ''}${gate.count}`;
      if (!key) return CLOSED;
      // What belongs to no flow is no connection; nft would drop it here, or count it by its addresses.
      const states = place.stateful ? 'new' : 'established,related,new';
      const tracked = { ...key, present: [`ct state ${states}`, ...key.present] };
      return anyOf(
        'connections',
        branches(key, place, (zone) => asked(gate, tracked, { verb: 'add', text }, zone, place)),
      );
    }
  }
}

/** nft counts connections in sets only, if all lines of a rule are to share a count: then under a key that never differs. */
function withConstant(key: BucketKey | undefined): BucketKey | undefined {
  return key?.expressions.length === 0
    ? { ...key, expressions: ['meta mark & 0x0'], fields: [{ type: 'mark', field: 'meta mark' }] }
    : key;
}

function constantRate(gate: RateGate, rate: Rate, place: GatePlace): Opening {
  const limit = exactLimit(gate, rate, place);
  const key = limit && bucketKey(gate, place);
  return key
    ? anyOf(
        'limit',
        branches(key, place, (zone) => askedForRate(gate, key, limit, zone, place)),
      )
    : CLOSED;
}

/** The rate is that of the row: a chain for each rate that occurs, all with the same buckets. */
function rowRate(gate: RateGate, rate: Cell, place: GatePlace): Opening {
  const { row, context, origin } = place;
  const key = bucketKey(gate, place);
  if (!key || !row) return CLOSED;
  const lead = (chain: NftChain, next: string) => {
    const found = branches(key, place, (zone) => {
      const chainFor = (own: Rate): string => {
        const limit = exactLimit(gate, own, place);
        if (!limit) return 'drop';
        const named = `${limiterName(gate.limiter)} ${limit.text.replace(/ burst.*| bytes/g, '')}`;
        const to = context.chain(
          named,
          `${next} ${zone?.name ?? ''} ${limit.text}`,
          `${origin.text}: rows with this rate`,
        );
        for (const statements of askedForRate(gate, key, limit, zone, place)) {
          to.rules.push({ statements: [...statements, `goto ${next}`], origin });
        }
        return `goto ${to.name}`;
      };
      const data = rateOfRow(row, rate, place, chainFor);
      return [
        [row.verdicts({ ...data, name: `${data.name}_${limiterName(gate.limiter)}${zone ? `_${zone.name}` : ''}` })],
      ];
    });
    for (const statements of found) chain.rules.push({ statements, origin });
  };
  return { kind: 'lines', name: 'limit', lead };
}

/** Statements of which some line's all have to hold. */
type Lines = readonly (readonly string[])[];

function anyOf(name: string, lines: Lines): Opening {
  const [only, ...more] = lines;
  if (only && more.length === 0) return { kind: 'statements', statements: only };
  return {
    kind: 'lines',
    name,
    lead: (chain, next) => {
      const { origin } = chain.rules.at(-1) ?? { origin: undefined };
      for (const statements of lines) chain.rules.push({ statements: [...statements, `goto ${next}`], origin });
    },
  };
}

/** The lines for every zone that the key tells apart. */
function branches(key: BucketKey, { context, origin }: GatePlace, linesFor: (zone: Zone | undefined) => Lines): Lines {
  if (!key.zones) return linesFor(undefined);
  return key.zones.flatMap((zone) =>
    linesFor(zone).map((line) => [`iifname ${interfaceSet([zone], context, origin)}`, ...line]),
  );
}

function askedForRate(gate: RateGate, key: BucketKey, limit: Limit, zone: Zone | undefined, place: GatePlace): Lines {
  if (key.expressions.length > 0) {
    return asked(gate, key, { verb: 'update', text: `limit ${limit.text}`, timeout: limit.refill }, zone, place);
  }
  const owner = zone ? `${gate.limiter} ${zone.name}` : gate.limiter;
  return [[...key.present, `limit name "${place.context.object('limit', owner, limiterName(owner), [limit.text])}"`]];
}

interface Update {
  readonly verb: 'add' | 'update';
  readonly text: string;
  /** Milliseconds after which an element that nobody asks for may be forgotten. */
  readonly timeout?: number;
}

/** Asks the bucket of the packet's key; where the table is full and `when full match` was said, that there is none. */
function asked(
  gate: KeyedGate,
  key: BucketKey,
  { verb, text, timeout }: Update,
  zone: Zone | undefined,
  { context }: GatePlace,
): Lines {
  const owner = `${gate.limiter}${zone ? ` ${zone.name}` : ''}${key.suffix}`;
  const name = context.set(`limiter ${owner}`, limiterName(owner), (given) => ({
    kind: 'set',
    name: given,
    ...setType(key.fields),
    flags: timeout === undefined ? ['dynamic'] : ['dynamic', 'timeout'],
    size: gate.bounds.keys,
    timeout,
    counter: false,
    elements: undefined,
    description: `${gate.kind === 'rate' ? 'buckets' : 'connections'} of ${gate.limiter}`,
  }));
  const expression = key.expressions.join(' . ');
  const bucket = [...key.present, `${verb} @${name} { ${expression} ${text} }`];
  return gate.bounds.whenFull === 'miss' ? [bucket] : [bucket, [...key.present, `${expression} != @${name}`]];
}
