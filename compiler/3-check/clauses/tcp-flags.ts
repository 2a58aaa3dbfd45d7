/** `tcp flags syn`, `tcp flags syn/syn+ack+fin+rst` */
import type { TcpFlagsClause, TcpFlagsTest } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { Condition } from '../../model/condition.ts';
import { TCP_FLAGS } from '../../model/fields.ts';
import { any, condition, type ClauseContext, type ClauseResult, type RuleContext } from '../context.ts';
import { FLAGS_MASK } from '../problems.ts';
import { isClauseLegal } from './legal.ts';

const ALL_FLAGS = 0xff;

const BITS: ReadonlyMap<string, number> = new Map(Object.entries(TCP_FLAGS));

export function checkTcpFlags(clause: TcpFlagsClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('tcp flags', clause.span, context);
  const tests = clause.alternatives.map((alternative) => flagsTest(alternative, context));
  const known = tests.filter((test) => test !== undefined);
  return legal && known.length === tests.length ? condition(any(known)) : undefined;
}

function flagsTest(test: TcpFlagsTest, context: RuleContext): Condition | undefined {
  const value = flagBits(test.set);
  // `none` without a mask: no flag at all.
  const mask = test.mask ? flagBits(test.mask) : value === 0 ? ALL_FLAGS : value;
  if ((value & ~mask) !== 0) {
    const outside = test.set.filter((flag) => !test.mask?.includes(flag)).join(', ');
    report(context, FLAGS_MASK, test.span, `${outside} must be set, but the mask does not look at it`, {
      hint: 'What stands behind the `/` is every flag that is looked at, those that must be set included.',
    });
    return undefined;
  }
  return { kind: 'masked', field: 'tcp flags', value, mask };
}

/** The flags as the bits of the TCP header's flag byte. */
export function flagBits(names: readonly string[]): number {
  let bits = 0;
  for (const name of names) bits |= BITS.get(name) ?? 0;
  return bits;
}
