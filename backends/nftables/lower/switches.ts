/** Switches as verdict maps: one lookup, and a chain (or a verdict) for each case. */
import { formatInterval } from '../../../compiler/net/address-set.ts';
import type { PlanNode, Switch } from '../../../compiler/6-plan/plan.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { NftChain } from '../tree.ts';
import { contentHash } from '../names.ts';
import { verdictStatement } from './decisions.ts';
import { keyExpression, keyType } from './keys.ts';
import { protocolText } from './protocols.ts';
import { conditionsOf, protocolsOf } from './conditions.ts';
import type { RulePlace } from './rules.ts';

type LowerNode = (node: PlanNode, chain: NftChain, place: RulePlace) => void;

/** Appends the switch to `chain`; `lowerNode` lowers what stands in its cases. */
export function lowerSwitch(node: Switch, chain: NftChain, place: RulePlace, lowerNode: LowerNode): void {
  const { context } = place;
  const conditions = conditionsOf(node.guard, node, context);
  const field = switchExpression(node);
  if (conditions.exclusions.length > 0 || field === undefined) {
    context.refuse(node.origin, 'nftables cannot look up this field', 'Compile with `--without switch-on-value`.');
    return;
  }
  const elements = node.cases.flatMap((one) => {
    const known = protocolsOf(node.guard, place.protocols);
    const verdict = caseVerdict(node, one, chain, { ...place, protocols: caseProtocols(node, one, known) }, lowerNode);
    return Array.from(
      { length: one.values.intervalCount },
      (_, index) => `${field.text(one.values, index)} : ${verdict}`,
    );
  });
  const owner = `switch ${chain.name} ${node.origin.span.start} ${node.label} ${node.family ?? ''} ${chain.rules.length}`;
  const isInterval = node.cases.some((one) =>
    Array.from({ length: one.values.intervalCount }, (_, i) => one.values.isSingleAt(i)).includes(false),
  );
  const family = node.family === undefined ? '' : `_ipv${node.family}`;
  const map = context.set(owner, `${chain.name}_${node.label.replaceAll(' ', '_')}${family}`, (name) => ({
    kind: 'map',
    name,
    key: field.types,
    data: ['verdict'],
    flags: isInterval ? ['interval'] : [],
    size: undefined,
    timeout: undefined,
    counter: false,
    elements: { count: elements.length, write: (index, out) => out.write(elements[index]!) },
    description: `${node.label}: which rules its values can meet`,
  }));
  chain.rules.push({ statements: [...conditions.matches, `${field.expression} vmap @${map}`], origin: node.origin });
}

interface SwitchExpression {
  readonly expression: string;
  readonly types: readonly string[];
  readonly text: (values: Switch['cases'][number]['values'], index: number) => string;
}

function switchExpression(node: Switch): SwitchExpression | undefined {
  const { field, family } = node;
  const range = (low: unknown, high: unknown) => (low === high ? `${low}` : `${low}-${high}`);
  if (field.kind === 'address') {
    const expression = keyExpression(field.field, family);
    return {
      expression: field.view === 'original' ? `ct original ${expression}` : expression,
      types: [keyType(field.field, family)],
      text: (values, index) => formatInterval(values, index),
    };
  }
  switch (field.field) {
    case 'protocol':
      return {
        expression: 'meta l4proto',
        types: ['inet_proto'],
        text: (values, index) => range(values.lowAt(index), values.highAt(index)),
      };
    case 'service':
      return {
        expression: 'meta l4proto . th dport',
        types: ['inet_proto', 'inet_service'],
        text: (values, index) => {
          const [low, high] = [Number(values.lowAt(index)), Number(values.highAt(index))];
          return `${protocolText(low >>> 16)} . ${range(low & 0xffff, high & 0xffff)}`;
        },
      };
    default:
      return undefined;
  }
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
  lowerNode: LowerNode,
): string {
  const { body } = one;
  if (body.kind === 'rules' && body.rules.length === 1) {
    const rule = body.rules[0]!;
    const bare = rule.atoms.length + rule.gates.length + rule.effects.length === 0;
    if (bare && rule.decision?.kind === 'verdict') {
      const verdict = verdictStatement(rule.decision.verdict, {
        context: place.context,
        family: node.family,
        origin: rule.origin,
        protocols: place.protocols,
      });
      if (verdict === 'accept' || verdict === 'drop' || verdict === 'return' || verdict.startsWith('goto ')) {
        return verdict;
      }
    }
  }
  const wanted = `${chain.name}_${contentHash(one.values.toString())}`;
  const own = place.context.chain(
    wanted,
    `${wanted} ${node.origin.span.start}`,
    `${node.label}: rules for some of its values`,
  );
  lowerNode(body, own, place);
  return `jump ${own.name}`;
}
