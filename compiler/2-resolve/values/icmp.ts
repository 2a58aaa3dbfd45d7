/** `icmp echo-request`, `icmp4 3/4`, `icmp6 128` */
import type { IcmpLiteral, IcmpType, Name } from '../../../grammar/ast/index.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { report, type ValueContext } from '../context.ts';
import { suggestion } from '../names.ts';
import { NOT_IN_FAMILY, OUT_OF_RANGE, UNKNOWN_ICMP_TYPE } from '../problems.ts';
import { UNKNOWN, services, type Resolved } from '../resolved.ts';
import type { Scope } from '../scope.ts';
import { ICMP4, ICMP6, ServiceSet } from '../service-set.ts';

type Family = IcmpLiteral['family'];

export function evaluateIcmp(literal: IcmpLiteral, context: ValueContext): Resolved {
  if (literal.types.length === 0) return services(wholeFamily(literal.family));
  const sets = literal.types.map((type) => readType(type, literal.family, context));
  const known = sets.filter((set) => set !== undefined);
  return known.length === sets.length ? services(ServiceSet.unionOf(known)) : UNKNOWN;
}

function wholeFamily(family: Family): ServiceSet {
  const protocols: [number, number][] = [];
  if (family !== 6) protocols.push([ICMP4, ICMP4]);
  if (family !== 4) protocols.push([ICMP6, ICMP6]);
  return ServiceSet.of({ protocol: IntervalSet.fromIntervals(8, protocols) });
}

function readType(type: IcmpType, family: Family, context: ValueContext): ServiceSet | undefined {
  const code = readByte(type.code, 'codes', context);
  if (code === 'wrong') return undefined;
  if (type.type.kind === 'name') return readNamed(type.type, code, family, context);
  const number = readByte(type.type, 'types', context);
  if (number === 'wrong' || number === undefined) return undefined;
  if (family === 'both') {
    report(
      context,
      UNKNOWN_ICMP_TYPE,
      type.span,
      'a type by its number belongs to one family: the two number them differently',
      {
        hint: `Write \`icmp4 ${number}\` or \`icmp6 ${number}\`, or the type's name for both.`,
      },
    );
    return undefined;
  }
  const set = typesWithCode(number, number, code);
  return ServiceSet.of(family === 4 ? { icmp4: set } : { icmp6: set });
}

function readByte(literal: IcmpType['code'], what: string, context: ValueContext): number | undefined | 'wrong' {
  if (!literal) return undefined;
  if (literal.value <= 255n) return Number(literal.value);
  report(context, OUT_OF_RANGE, literal.span, `ICMP ${what} end at 255, so there is no ${literal.value}`);
  return 'wrong';
}

/** type × 256 + code, for one code or all of them. */
function typesWithCode(low: number, high: number, code: number | undefined): IntervalSet {
  const intervals: [number, number][] = [];
  for (let type = low; type <= high; type++) {
    intervals.push([type * 256 + (code ?? 0), type * 256 + (code ?? 255)]);
  }
  return IntervalSet.fromIntervals(16, intervals);
}

function readNamed(
  name: Name,
  code: number | undefined,
  family: Family,
  context: ValueContext,
): ServiceSet | undefined {
  const found = findType(name, context);
  if (!found) return undefined;
  const icmp4 = family === 6 ? IntervalSet.empty(16) : found.icmp4;
  const icmp6 = family === 4 ? IntervalSet.empty(16) : found.icmp6;
  if (icmp4.isEmpty() && icmp6.isEmpty()) {
    const message = `\`${name.text}\` is no type of ICMP for IPv${family}`;
    report(context, NOT_IN_FAMILY, name.span, message, { hint: `Write \`icmp ${name.text}\`.` });
    return undefined;
  }
  if (code === undefined) return ServiceSet.of({ icmp4, icmp6 });
  if (family === 'both') {
    report(context, UNKNOWN_ICMP_TYPE, name.span, 'a code belongs to one family: the two number them differently', {
      hint: `Write \`icmp4 ${name.text}/${code}\` or \`icmp6 ${name.text}/${code}\`.`,
    });
    return undefined;
  }
  return ServiceSet.of({ icmp4: onlyCode(icmp4, code), icmp6: onlyCode(icmp6, code) });
}

function onlyCode(types: IntervalSet, code: number): IntervalSet {
  const intervals = [...types.numberIntervals()].map(([low, high]) => typesWithCode(low >>> 8, high >>> 8, code));
  return IntervalSet.unionOf(16, intervals);
}

/** A service of ICMP types alone, from the policy itself or from `std.icmp`. */
function findType(name: Name, context: ValueContext): ServiceSet | undefined {
  const standard = context.definitions.standard('icmp');
  for (const scope of [context.scope, standard]) {
    const set = scope && typeIn(scope, name, context);
    if (set) return set;
  }
  const known = standard ? [...standard.names()] : [];
  report(context, UNKNOWN_ICMP_TYPE, name.span, `there is no ICMP type \`${name.text}\``, {
    hint: suggestion(name.text, known, 'A type without a name is written by number: `icmp4 8`, `icmp6 128`.'),
  });
  return undefined;
}

function typeIn(scope: Scope, name: Name, context: ValueContext): ServiceSet | undefined {
  const meaning = scope.find(name.text)?.meaning;
  if (meaning?.kind !== 'service') return undefined;
  const value = context.definitions.valueOf(meaning.statement, meaning.scope, name.span);
  if (value.type !== 'services' || value.dynamic.length > 0) return undefined;
  const { set } = value;
  return set.service.isEmpty() && set.protocol.isEmpty() ? set : undefined;
}
