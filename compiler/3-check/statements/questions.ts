/** Packets that a user asks about, each written as a line of an `expect` block without its verdict. */
import type { Expect } from '../../../grammar/ast/index.ts';
import { parse } from '../../../grammar/parse.ts';
import type { SourceFile } from '../../../grammar/source.ts';
import type { BoundPolicy } from '../../2-resolve/modules.ts';
import type { Findings } from '../../2-resolve/findings.ts';
import type { ExpectationBlock } from '../../model/policy.ts';
import { ruleContext } from '../blocks/gathered.ts';
import type { CheckSession } from '../context.ts';
import { checkExpects } from './expect.ts';

/** The text of an `expect` block that asks about a packet. The verdict is not looked at. */
export function questionText(packet: string): string {
  return `expect { allow ${packet} }`;
}

/** The blocks of questions, read with the names of the policy's main file. */
export function checkQuestions(
  sources: readonly SourceFile[],
  bound: BoundPolicy,
  session: CheckSession,
  findings: Findings,
): readonly ExpectationBlock[] {
  const context = ruleContext(bound.main.context, session);
  const blocks = sources.flatMap((source) => {
    const { file, diagnostics } = parse(source);
    for (const finding of diagnostics) findings.add(finding);
    return file.statements.filter((statement): statement is Expect => statement.kind === 'expect');
  });
  return checkExpects(blocks.map((block) => ({ block, context })));
}
