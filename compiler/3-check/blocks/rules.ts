/** Blocks that are lists of rules. */
import type { RuleItem as RuleItemSyntax, Statement } from '../../../grammar/ast/index.ts';
import type { RuleBlock, RuleItem } from '../../model/policy.ts';
import type { RuleContext } from '../context.ts';
import { headLine, originOf, policyName, surroundingsOf } from '../origin.ts';
import type { Place } from '../place.ts';
import { EACH_PACKET_HERE } from '../problems.ts';
import { inOrder, mainOf, type Written } from './order.ts';

type BlockSyntax = Extract<Statement, { readonly order: unknown; readonly body: readonly RuleItemSyntax[] }>;

/** All blocks of one kind as one; undefined where there is none. `title` is what the kind is called. */
export function checkRuleBlock(
  written: readonly Written<BlockSyntax>[],
  title: string,
  place: Place,
): RuleBlock | undefined {
  const ordered = inOrder(written, title);
  const main = mainOf(ordered);
  if (!main) return undefined;
  const body = ordered.flatMap(({ block, context }) => checkBody(block, title, place, context));
  reportLateEachPacket(body, false, main.context);
  return { origin: blockOrigin(main, title), body };
}

export function blockOrigin({ block, context }: Written<BlockSyntax>, title: string): RuleBlock['origin'] {
  return originOf(block, title, headLine(block.span, block.body), context);
}

export function checkBody(block: BlockSyntax, title: string, place: Place, context: RuleContext): readonly RuleItem[] {
  const path = blockName(block, title, context);
  const surroundings = surroundingsOf(block, path, undefined);
  // A filter reads this word itself.
  const body = block.kind === 'filter' ? block.body.filter((item) => item.kind !== 'essential-off') : block.body;
  return context.session.checkItems(body, { ...context, place, surroundings });
}

/** `each packet` rules stand before all others. Gives whether a rule for flows was seen. */
export function reportLateEachPacket(items: readonly RuleItem[], flowsSeen: boolean, context: RuleContext): boolean {
  let seen = flowsSeen;
  for (const item of items) {
    if (item.kind !== 'rule') {
      seen = reportLateEachPacket(item.body, seen, context);
    } else if (!item.eachPacket) {
      seen = true;
    } else if (seen) {
      context.findings.report(
        EACH_PACKET_HERE,
        item.origin.span,
        'an `each packet` rule stands behind a rule for flows',
        {
          hint: 'Move it before all rules that do not say `each packet`: those judge a flow once, it judges every packet.',
          labels: item.origin.via.map((span) => ({ span, text: 'used here' })),
        },
      );
    }
  }
  return seen;
}

/** `filter forward`, `filter forward after`; with the file's name, and at last a number, where that is taken. */
function blockName(block: BlockSyntax, title: string, context: RuleContext): string {
  const { blockNames } = context.session;
  const plain = block.order === 'only' ? title : `${title} ${block.order}`;
  const ofFile = `${plain} (${policyName(block.span.source)})`;
  let name = [plain, ofFile].find((candidate) => !blockNames.has(candidate));
  for (let number = 2; name === undefined; number++) {
    const numbered = `${ofFile} ${number}`;
    if (!blockNames.has(numbered)) name = numbered;
  }
  blockNames.add(name);
  return name;
}
