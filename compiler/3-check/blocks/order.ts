/** Several blocks of one kind as one list of rules. */
import type { BlockOrder } from '../../../grammar/ast/index.ts';
import type { Span } from '../../../grammar/source.ts';
import { report } from '../../2-resolve/context.ts';
import type { RuleContext } from '../context.ts';
import { SECOND_BLOCK } from '../problems.ts';

/** A block where it is written, and the names known there. */
export interface Written<Block> {
  readonly block: Block;
  readonly context: RuleContext;
}

interface Ordered {
  readonly order: BlockOrder;
  readonly span: Span;
}

/**
 * Blocks of one kind in the order in which their rules are read: those that say `before`, in the order written (what is
 * used comes before what uses it), the one that says neither, those that say `after`. `title` is what the kind is
 * called. A second one that says neither is reported and left out.
 */
export function inOrder<Block extends Ordered>(
  written: readonly Written<Block>[],
  title: string,
): readonly Written<Block>[] {
  const before = written.filter(({ block }) => block.order === 'before');
  const after = written.filter(({ block }) => block.order === 'after');
  const [only, ...more] = written.filter(({ block }) => block.order === 'only');
  for (const { block, context } of more) {
    report(context, SECOND_BLOCK, headOf(block.span), `there is a second \`${title}\` block`, {
      labels: only ? [{ span: headOf(only.block.span), text: 'the first one is here' }] : [],
      hint: `Say where its rules go: \`${title} before { … }\` or \`${title} after { … }\`.`,
    });
  }
  return [...before, ...(only ? [only] : []), ...after];
}

/** The block that says neither `before` nor `after`, or else the first. */
export function mainOf<Block extends Ordered>(ordered: readonly Written<Block>[]): Written<Block> | undefined {
  return ordered.find(({ block }) => block.order === 'only') ?? ordered[0];
}

/** The first line of a block: all of it would fill the screen. */
export function headOf(span: Span): Span {
  const { text } = span.source;
  const brace = text.indexOf('{', span.start);
  const lineEnd = text.indexOf('\n', span.start);
  const ends = [brace, lineEnd].filter((end) => end > span.start);
  return { ...span, end: Math.min(span.end, ...ends) };
}
