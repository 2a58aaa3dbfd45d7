/** `snat`, `dnat`, `masquerade`, `redirect` */
import type { Translation as TranslationSyntax } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { Condition } from '../../model/condition.ts';
import type { Translation } from '../../model/policy.ts';
import { isActionLegal } from '../actions/legal.ts';
import type { RuleContext } from '../context.ts';
import { HAIRPIN } from '../problems.ts';
import { readPorts } from './ports.ts';
import { readTarget, testsAddress } from './target.ts';

type Of<Kind extends TranslationSyntax['kind']> = Extract<TranslationSyntax, { readonly kind: Kind }>;

type Checkers = {
  readonly [Kind in TranslationSyntax['kind']]: (
    translation: Of<Kind>,
    condition: Condition,
    context: RuleContext,
  ) => Translation | undefined;
};

const checkers: Checkers = {
  snat: (translation, condition, context) => {
    const target = readTarget(translation.target, 'source', condition, context);
    const { random, persistent } = translation;
    return target && { kind: 'snat', target, random, persistent };
  },
  dnat: (translation, condition, context) => {
    const target = readTarget(translation.target, 'destination', condition, context);
    const { random, persistent, hairpin } = translation;
    if (hairpin && !testsAddress(condition, 'destination')) {
      report(context, HAIRPIN, translation.span, '`hairpin` needs the address that hosts inside would use', {
        hint: 'Say which it is: `dnat to ADDRESS … hairpin`.',
      });
      return undefined;
    }
    return target && { kind: 'dnat', target, random, persistent, hairpin };
  },
  masquerade: (translation, condition, context) => {
    const ports = readPorts(translation.ports, condition, context);
    return ports === 'wrong' ? undefined : { kind: 'masquerade', ports, random: translation.random };
  },
  redirect: (translation, condition, context) => {
    const ports = readPorts(translation.ports, condition, context);
    return ports === 'wrong' ? undefined : { kind: 'redirect', ports };
  },
};

/** `condition` is what the rule's clauses come to. */
export function checkTranslation(
  translation: TranslationSyntax,
  condition: Condition,
  context: RuleContext,
): Translation | undefined {
  const legal = isActionLegal(translation.kind, translation.span, context);
  const check = checkers[translation.kind] as (
    translation: TranslationSyntax,
    condition: Condition,
    context: RuleContext,
  ) => Translation | undefined;
  const checked = check(translation, condition, context);
  return legal ? checked : undefined;
}
