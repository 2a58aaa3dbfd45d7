/** `over RATE …`, `up to RATE …`, `over N connections per KEY`, `sample 1/N` */
import type { ConnectionsClause, RateClause, SampleClause } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { BAD_AMOUNT } from '../../2-resolve/problems.ts';
import { countedBy, wantInteger, wantRate, wantSize } from '../../2-resolve/wanted/scalars.ts';
import type { Cell, Rate, RateGate } from '../../model/condition.ts';
import type { ClauseContext, ClauseResult } from '../context.ts';
import { checkBounds, nameLimiter } from '../limit-bounds.ts';
import { checkKey } from '../limit-key.ts';
import { judgesFlows } from '../place.ts';
import { BURST, FLOWS_COUNT, SAMPLE } from '../problems.ts';
import { isClauseLegal } from './legal.ts';

/** Packets that a bucket holds unless the rule says otherwise. */
const DEFAULT_BURST = 5;
const MAXIMUM_COUNT = 0xffffffff;

export function checkRate(clause: RateClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('over RATE, up to RATE', clause.span, context, `${clause.sense} RATE`);
  const gate = checkLimit(clause, context);
  return legal && gate ? { kind: 'gate', gate } : undefined;
}

/** The limit, wherever it stands. */
export function checkLimit(clause: RateClause, context: ClauseContext): RateGate | undefined {
  const rate = wantRate(clause.rate, 'either', context);
  const per = checkKey(clause.per, context);
  const bounds = checkBounds(clause.bounds, context.whenFull, context);
  const burst = rate && readBurst(clause, rate, context);
  if (!rate || !per || !bounds || burst === undefined) return undefined;
  if (judgesFlows(context.place) && countedBy(rate).has('bits')) {
    report(
      context,
      FLOWS_COUNT,
      clause.rate.span,
      'a limit in a stateful rule counts flows, and this is a rate of bits or bytes',
      {
        hint: 'Say `each packet` before the rule, or give a number of flows: `100/second`.',
      },
    );
    return undefined;
  }
  const { sense, span, bucket } = clause;
  const named = bucket ? { limiter: `limit ${bucket.text}`, bucket: bucket.text } : { limiter: nameLimiter(context) };
  return { kind: 'rate', ...named, sense, rate, burst, per, rows: context.rows, bounds, span };
}

/** Packets for a rate of packets, bytes for one of bits or bytes. */
function readBurst(clause: RateClause, rate: Rate | Cell, context: ClauseContext): number | undefined {
  if (!countedBy(rate).has('bits')) {
    if (!clause.burst) return DEFAULT_BURST;
    return wantInteger(clause.burst, { title: 'a burst', minimum: 1, maximum: MAXIMUM_COUNT }, context);
  }
  if (clause.burst) return wantSize(clause.burst, 'a burst', context);
  report(context, BURST, clause.span, 'a rate of bits or bytes needs a burst', {
    hint: 'Say how many bytes may come at once: `burst 64KiB`.',
  });
  return undefined;
}

export function checkConnections(clause: ConnectionsClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('connections', clause.span, context, `${clause.sense} … connections`);
  const count = wantInteger(
    clause.count,
    { title: 'a number of connections', minimum: 0, maximum: MAXIMUM_COUNT },
    context,
  );
  const per = checkKey(clause.per, context);
  const bounds = checkBounds(clause.bounds, context.whenFull, context);
  if (!legal || count === undefined || !per || !bounds) return undefined;
  if (clause.sense === 'up to' && count === 0) {
    report(context, BAD_AMOUNT, clause.count.span, 'no connection is ever within a limit of none', {
      hint: 'To let none in, say `drop`.',
    });
    return undefined;
  }
  const limiter = nameLimiter(context);
  const { sense, span } = clause;
  return { kind: 'gate', gate: { kind: 'connections', limiter, sense, count, per, rows: context.rows, bounds, span } };
}

export function checkSample(clause: SampleClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('sample', clause.span, context);
  const one = clause.one.value;
  const of = clause.of.value;
  if (one < 1n || of < one || of > BigInt(MAXIMUM_COUNT)) {
    report(context, SAMPLE, clause.span, `${one} of ${of} packets is no sample`, {
      hint: 'The first number is at least 1, and at most the second: `sample 1/100`.',
    });
    return undefined;
  }
  if (!legal) return undefined;
  return { kind: 'gate', gate: { kind: 'sample', one: Number(one), of: Number(of), span: clause.span } };
}
