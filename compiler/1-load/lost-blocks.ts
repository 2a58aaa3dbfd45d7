/** Blocks that a `use` by name would drop without a word. */
import type { Statement, StatementKind } from '../../grammar/ast/index.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Module } from './modules.ts';
import { PROBLEMS } from './problems.ts';

/** Whether a policy is another one without such a statement. Names are not lost, and expectations change nothing. */
const CARRIES_MEANING: Readonly<Record<StatementKind, boolean>> = {
  use: false,
  zone: false,
  let: false,
  table: false,
  memory: false,
  'service-declaration': false,
  group: false,
  expect: false,
  mitigate: true,
  raw: true,
  nat: true,
  filter: true,
  mangle: true,
  'count-block': true,
  shape: true,
  balance: true,
  dispatch: true,
  target: true,
  tenant: true,
  host: true,
};

/** Each `use` by name of a file that holds blocks, unless the policy has that file as a whole, too. */
export function lostBlocks(modules: readonly Module[], whole: ReadonlySet<Module>): Diagnostic[] {
  return modules.flatMap(({ uses }) =>
    uses.flatMap(({ use, module }) => {
      if (!use.names) return [];
      const block = firstBlock(module, whole);
      if (!block) return [];
      const { path } = block.span.source;
      const message = `a use by name of \`${module.key}\` would lose the blocks of \`${path}\``;
      const labels = [{ span: headOf(block), text: 'this would be lost' }];
      const hint = 'Use the whole file, without a list of names, or move the names to a file of their own.';
      return [diagnostic(PROBLEMS.blocksLost, use.moduleSpan.span, message, { labels, hint })];
    }),
  );
}

/** The first block in the module, or in what it uses as a whole, that is not part of the policy. */
function firstBlock(module: Module, whole: ReadonlySet<Module>): Statement | undefined {
  const taken = new Set([module]);
  // A set's iteration goes on over what is added meanwhile.
  for (const part of taken) {
    const block = part.syntax.statements.find((statement) => CARRIES_MEANING[statement.kind]);
    if (block && !whole.has(part)) return block;
    for (const { use, module: next } of part.uses) if (!use.names) taken.add(next);
  }
  return undefined;
}

/** The first line of a block: all of it would fill the screen. */
function headOf({ span }: Statement): Statement['span'] {
  const lineEnd = span.source.text.indexOf('\n', span.start);
  return { ...span, end: lineEnd < 0 ? span.end : Math.min(span.end, lineEnd) };
}
