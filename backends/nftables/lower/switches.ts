/** Switches as verdict maps: one lookup, and a chain (or a verdict) for each case. */
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import { formatInterval } from '../../../compiler/net/address-set.ts';
import { blockAddresses, blocksOf } from '../../../compiler/6-plan/blocks.ts';
import { isNothing, NOTHING, type PlanNode, type Switch } from '../../../compiler/6-plan/plan.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { NftChain, NftSet } from '../tree.ts';
import { conditionsOf, isFamilyMatch, protocolsOf } from './conditions.ts';
import type { Context } from './context.ts';
import { verdictStatement } from './decisions.ts';
import { keyExpression, keyType } from './keys.ts';
import { portsPresent } from './numbers.ts';
import { prefixMask } from './prefix-mask.ts';
import { protocolText } from './protocols.ts';
import { forgetCandidates } from './best-candidate.ts';
import { placeText, type RulePlace } from './rules.ts';

type LowerNode = (node: PlanNode, chain: NftChain, place: RulePlace) => void;

/**
 * Appends the switch to `chain`; `lowerNode` lowers what stands in its cases. What is for none of them stands behind the map
 * in a chain of the switch's own, which the cases leave for good.
 */
export function lowerSwitch(node: Switch, chain: NftChain, place: RulePlace, lowerNode: LowerNode): void {
  const { context } = place;
  const conditions = conditionsOf(node.guard, node, context, place.protocols);
  const field = switchExpression(node, place);
  if (conditions.exclusions.length > 0 || field === undefined) {
    context.refuse(node.origin, 'nftables cannot look up this field', 'Compile with `--without switch-on-value`.');
    return;
  }
  const hasRest = !isNothing(node.otherwise);
  const family = node.family ?? place.family;
  const isKnown = place.family === node.family || (node.field.kind === 'address' && !hasRest);
  const matches = isKnown ? conditions.matches.filter((match) => !isFamilyMatch(match)) : conditions.matches;
  const inside: RulePlace = {
    ...place,
    family,
    protocols: protocolsOf(node.guard, place.protocols),
    isTail: true,
    endsSearch: false,
  };
  if (!hasRest) {
    // From a case that is jumped to, a search comes back to what stands behind the switch.
    const endsSearch = place.isTail === true || place.endsSearch === true;
    const search = place.search && { ...place.search, isFirst: place.search.isFirst && endsSearch };
    const verb = place.isTail ? 'goto' : 'jump';
    const map = verdictMap(node, field, chain, { ...inside, search }, verb, lowerNode);
    chain.rules.push({ statements: [...matches, `${field.expression} vmap @${map}`], origin: node.origin });
    return;
  }
  const home = place.isTail && matches.length === 0 ? chain : ownChain(node, chain, context);
  if (home !== chain) {
    chain.rules.push({
      statements: [...matches, `${place.isTail ? 'goto' : 'jump'} ${home.name}`],
      origin: node.origin,
    });
  }
  if (node.cases.length > 0) {
    const map = verdictMap(node, field, home, inside, 'goto', lowerNode);
    home.rules.push({ statements: [`${field.expression} vmap @${map}`], origin: node.origin });
  }
  lowerNode(node.otherwise, home, inside);
}

function ownChain(node: Switch, chain: NftChain, context: Context): NftChain {
  const wanted = `${chain.name}_${node.label}${familySuffix(node)}`;
  return context.chain(wanted, `${wanted} ${node.origin.name}`, `${node.label}: a lookup, and what it leaves`);
}

const familySuffix = ({ family }: Switch): string => (family === undefined ? '' : `_ipv${family}`);

/** The map of the switch's cases; the chains of the cases are entered by `verb`. */
function verdictMap(
  node: Switch,
  field: SwitchExpression,
  chain: NftChain,
  place: RulePlace,
  verb: 'jump' | 'goto',
  lowerNode: LowerNode,
): string {
  const { context } = place;
  const entries = node.cases.map((one) => {
    const protocols = caseProtocols(node, one, place.protocols);
    return { values: one.values, verdict: caseVerdict(node, one, chain, { ...place, protocols }, verb, lowerNode) };
  });
  const elements = entries.flatMap(({ values, verdict }) => field.texts(values).map((text) => `${text} : ${verdict}`));
  const owner = `switch ${chain.name} ${node.origin.span.start} ${node.label} ${node.family ?? ''} ${chain.rules.length}`;
  const make = (name: string): NftSet => ({
    kind: 'map',
    name,
    key: field.types,
    data: ['verdict'],
    flags: field.isInterval ? ['interval'] : [],
    size: undefined,
    timeout: undefined,
    counter: false,
    elements: { count: elements.length, write: (index, out) => out.write(elements[index]!) },
    description: `${node.label}: which rules its values can meet`,
  });
  const wanted = `${chain.name}_${node.label.replaceAll(' ', '_')}${familySuffix(node)}`;
  return context.set(owner, wanted, make, `switch ${wanted} ${node.origin.name}`);
}

interface SwitchExpression {
  readonly expression: string;
  readonly types: readonly string[];
  readonly isInterval: boolean;
  /** A set of values as keys. */
  readonly texts: (values: IntervalSet) => string[];
}

function switchExpression(node: Switch, { protocols }: RulePlace): SwitchExpression | undefined {
  const { field, family } = node;
  if (field.kind === 'address') return addressExpression(node, keyExpression(field.field, family));
  const isInterval = !node.cases.every(({ values }) => values.size() === BigInt(values.intervalCount));
  const number = (expression: string, type: string, text: (low: number, high: number) => string): SwitchExpression => ({
    expression,
    types: [type],
    isInterval,
    texts: (values) => Array.from(values.numberIntervals(), ([low, high]) => text(low, high)),
  });
  const range = (low: number, high: number) => (low === high ? `${low}` : `${low}-${high}`);
  switch (field.field) {
    case 'protocol':
      return number('meta l4proto', 'inet_proto', range);
    case 'service': {
      const text = (low: number, high: number) => `${protocolText(low >>> 16)} . ${range(low & 0xffff, high & 0xffff)}`;
      const both = number('meta l4proto . th dport', 'inet_proto', text);
      return { ...both, types: ['inet_proto', 'inet_service'] };
    }
    case 'source port':
    case 'destination port': {
      // Other protocols have something else in these bytes.
      if (portsPresent({ protocols: protocolsOf(node.guard, protocols) }).length > 0) return undefined;
      return number(keyExpression(field.field, family), 'inet_service', range);
    }
    default:
      return undefined;
  }
}

/** By prefixes of one length where the cases are whole ones, since a hash set is faster to look up; else by intervals. */
function addressExpression(node: Switch, whole: string): SwitchExpression {
  const { field, family } = node;
  const blocks = blocksOf(node.cases.map(({ values }) => values));
  const original = field.kind === 'address' && field.view === 'original' ? 'ct original ' : '';
  const types = [keyType(field.field, family)];
  if (blocks) {
    const mask = blocks.length === 32 ? '' : ` & ${prefixMask(blocks.length, 4)}`;
    const texts = (values: IntervalSet) => blockAddresses(values, blocks.length).map((address) => formatIpv4(address));
    return { expression: `${original}${whole}${mask}`, types, isInterval: false, texts };
  }
  const texts = (values: IntervalSet) =>
    Array.from({ length: values.intervalCount }, (_, at) => formatInterval(values, at));
  const isInterval = !node.cases.every(({ values }) => values.size() === BigInt(values.intervalCount));
  return { expression: `${original}${whole}`, types, isInterval, texts };
}

/** The protocols of the values that lead to a case. */
function caseProtocols(
  { field }: Switch,
  { values }: Switch['cases'][number],
  known: IntervalSet | undefined,
): IntervalSet | undefined {
  if (field.kind !== 'number') return known;
  return protocolsOf([{ negated: false, test: { kind: 'number', field: field.field, in: values } }], known);
}

function caseVerdict(
  node: Switch,
  one: Switch['cases'][number],
  chain: NftChain,
  place: RulePlace,
  verb: 'jump' | 'goto',
  lowerNode: LowerNode,
): string {
  const { body } = one;
  const { context } = place;
  // Nothing more is asked: on behind the switch, which a chain of its own has been left for.
  if (isNothing(body)) return verb === 'goto' ? 'return' : 'continue';
  const bare = bareVerdict(body, place);
  if (bare !== undefined) return bare;
  const name = context.body(body, placeText(place), () => {
    const wanted = `${chain.name}_${node.label}_${firstValue(node, one)}`;
    const own = context.chain(wanted, `${wanted} ${node.origin.name}`, caseTitle(node, one));
    lowerNode(body, own, place);
    return own.name;
  });
  return `${verb} ${name}`;
}

/** The verdict of a case that is nothing else. */
function bareVerdict(body: PlanNode, place: RulePlace): string | undefined {
  if (body.kind !== 'rules' || body.rules.length !== 1) return undefined;
  const { atoms, gates, effects, decision, origin } = body.rules[0]!;
  if (atoms.length + gates.length + effects.length > 0 || decision?.kind !== 'verdict') return undefined;
  const { context, family, protocols } = place;
  const verdict = verdictStatement(decision.verdict, { context, family, origin, protocols });
  if (forgetCandidates(place.search, [verdict]).length > 0) return undefined;
  return /^(accept|drop|return|goto .*)$/.test(verdict) ? verdict : undefined;
}

/** The lowest value of a case, for names. */
function firstValue({ field }: Switch, { values }: Switch['cases'][number]): string {
  const low = values.lowAt(0);
  if (field.kind === 'address') return values.width === 32 ? formatIpv4(Number(low)) : formatIpv6(BigInt(low));
  if (field.field === 'protocol') return protocolText(Number(low));
  return field.field === 'service' ? `${protocolText(Number(low) >>> 16)}_${Number(low) & 0xffff}` : `${low}`;
}

/** `from 10.0.0.0/24 and 3 more`, in a chain's comment. */
function caseTitle(node: Switch, { values }: Switch['cases'][number]): string {
  const isAddress = node.field.kind === 'address';
  const first = isAddress ? formatInterval(values, 0) : [...new Set([values.lowAt(0), values.highAt(0)])].join('-');
  const service = node.field.kind === 'number' && node.field.field === 'service';
  const text = service ? firstValue(node, { values, body: NOTHING }) : first;
  const more = values.intervalCount > 1 ? ` and ${values.intervalCount - 1} more` : '';
  return `${node.label} ${text}${more}`;
}
