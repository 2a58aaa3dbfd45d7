/** `filter forward default drop { … }` */
import type { Filter } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { FilterBlock, RuleItem, Verdict } from '../../model/policy.ts';
import type { RuleContext } from '../context.ts';
import { defaultVerdict } from '../actions/verdict.ts';
import type { Place } from '../place.ts';
import { NEEDS_PROTOCOL, SETTINGS_DIFFER, SETTING_WITHOUT_STATE } from '../problems.ts';
import { headOf, inOrder, mainOf, type Written } from './order.ts';
import { blockOrigin, checkBody, reportLateEachPacket } from './rules.ts';

/** Checks the rules of the standard library that a default of drop implies, at a place. */
export type EssentialRules = (place: Place) => readonly RuleItem[];

export function checkFilter(
  written: readonly Written<Filter>[],
  hook: Filter['hook'],
  essentialRules: EssentialRules,
): FilterBlock | undefined {
  const title = `filter ${hook}`;
  const ordered = inOrder(written, title);
  const main = mainOf(ordered);
  if (!main) return undefined;
  reportDifferences(ordered, main);
  const { block, context } = main;
  const stateful = !block.stateless;
  reportWithoutState(ordered);
  const place: Place = { kind: stateful ? 'filter' : 'stateless', hook };
  const body = ordered.flatMap((each) => checkBody(each.block, title, place, each.context));
  reportLateEachPacket(body, false, context);
  const verdict: Verdict = block.default
    ? defaultVerdict(block.default.verdict, block.default.reason)
    : { kind: 'drop' };
  reportDefaultReset(main);
  const isOff = ordered.some((each) => each.block.body.some((item) => item.kind === 'essential-off'));
  return {
    origin: blockOrigin(main, title),
    body,
    hook,
    stateful,
    default: verdict,
    invalid: block.invalid ?? (stateful ? 'drop' : 'pass'),
    pickup: block.pickup,
    essential: verdict.kind === 'allow' || isOff ? [] : essentialRules(place),
  };
}

/** What no rule decided is of every protocol. */
function reportDefaultReset({ block, context }: Written<Filter>): void {
  if (block.default?.reason !== 'tcp-reset') return;
  report(
    context,
    NEEDS_PROTOCOL,
    headOf(block.span),
    'a TCP reset answers TCP only, and the default is for every protocol',
    {
      hint: 'Say `default reject`: TCP is answered by a reset then, and everything else by an ICMP error.',
    },
  );
}

/** What a block says of the filter as a whole; undefined: nothing. */
const SETTINGS: Readonly<Record<string, (block: Filter) => string | undefined>> = {
  default: ({ default: given }) => given && `${given.verdict} ${given.reason ?? ''}`,
  invalid: ({ invalid }) => invalid,
};

/** Further blocks may repeat what the main one says, and not differ from it. */
function reportDifferences(ordered: readonly Written<Filter>[], main: Written<Filter>): void {
  for (const { block, context } of ordered) {
    if (block === main.block) continue;
    const differing = Object.entries(SETTINGS).filter(([, read]) => {
      const said = read(block);
      return said !== undefined && said !== read(main.block);
    });
    const names = differing.map(([name]) => name);
    if (block.stateless !== main.block.stateless) names.push('stateless');
    if (block.pickup && !main.block.pickup) names.push('pickup');
    for (const name of names) reportDifference(name, block, main.block, context);
  }
}

function reportDifference(name: string, block: Filter, main: Filter, context: RuleContext): void {
  const message = `this block and the main one of its kind differ in \`${name}\``;
  report(context, SETTINGS_DIFFER, headOf(block.span), message, {
    labels: [{ span: headOf(main.span), text: 'the main block is here' }],
    hint:
      name === 'stateless'
        ? 'Say `stateless` at both or at neither: their rules are one list.'
        : 'Say it at the main block only: it holds for all blocks of the kind.',
  });
}

function reportWithoutState(ordered: readonly Written<Filter>[]): void {
  for (const { block, context } of ordered) {
    if (!block.stateless) continue;
    const name = block.invalid !== undefined ? 'invalid' : block.pickup ? 'pickup' : undefined;
    if (name === undefined) continue;
    report(context, SETTING_WITHOUT_STATE, headOf(block.span), `\`${name}\` says nothing in a stateless filter`, {
      hint: 'In its rules, `state invalid` is a clause.',
    });
  }
}
