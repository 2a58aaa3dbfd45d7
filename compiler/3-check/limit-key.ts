/** What a bucket is for: `per source/24/64, destination port`. */
import type { KeyPart as KeyPartSyntax } from '../../grammar/ast/index.ts';
import { report } from '../2-resolve/context.ts';
import type { KeyPart } from '../model/condition.ts';
import type { RuleContext } from './context.ts';
import { CLAUSE_ROWS, illegality } from './legality.ts';
import { placeTitle } from './place.ts';
import { ILLEGAL_CLAUSE, LIMIT_KEY } from './problems.ts';

type Field = KeyPart['field'];

const FIELDS: Readonly<Record<KeyPartSyntax['field'], readonly Field[]>> = {
  source: ['source'],
  destination: ['destination'],
  'source port': ['source port'],
  'destination port': ['destination port'],
  protocol: ['protocol'],
  flow: ['source', 'destination', 'source port', 'destination port', 'protocol'],
  in: ['in'],
  mac: ['source mac'],
};

export function checkKey(parts: readonly KeyPartSyntax[], context: RuleContext): readonly KeyPart[] | undefined {
  const key: KeyPart[] = [];
  let wrong = false;
  for (const part of parts) {
    if (!isLegal(part, context) || !fits(part, context)) {
      wrong = true;
      continue;
    }
    for (const field of FIELDS[part.field]) {
      if (key.some((known) => known.field === field)) {
        report(context, LIMIT_KEY, part.span, `the key has the ${field} twice`);
        wrong = true;
      } else {
        key.push({ field, prefix4: part.prefix4 ?? 32, prefix6: part.prefix6 ?? 128 });
      }
    }
  }
  return wrong ? undefined : key;
}

/** The way in and the MAC address are known where the clauses on them may stand. */
function isLegal(part: KeyPartSyntax, context: RuleContext): boolean {
  if (part.field !== 'in' && part.field !== 'mac') return true;
  const reason = illegality(CLAUSE_ROWS[part.field], context.place);
  if (reason === undefined || !context.place) return true;
  report(context, ILLEGAL_CLAUSE, part.span, `\`per ${part.field}\` cannot stand in ${placeTitle(context.place)}`, {
    hint: reason,
  });
  return false;
}

function fits(part: KeyPartSyntax, context: RuleContext): boolean {
  const cuts = part.prefix4 !== undefined || part.prefix6 !== undefined;
  if (cuts && part.field !== 'source' && part.field !== 'destination') {
    report(context, LIMIT_KEY, part.span, `only addresses can be cut to a prefix, not the ${part.field}`);
    return false;
  }
  const { prefix4 = 32, prefix6 = 128 } = part;
  if (prefix4 <= 32 && prefix6 <= 128) return true;
  report(context, LIMIT_KEY, part.span, `addresses have 32 and 128 bits, so /${prefix4}/${prefix6} cannot be`);
  return false;
}
