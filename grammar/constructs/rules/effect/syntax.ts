import type {
  ColumnReference,
  DurationLiteral,
  Effect,
  IntegerLiteral,
  LogLevel,
  MemoryKeyPart,
  Name,
} from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { LOG_LEVELS } from '../../../words.ts';
import { once } from '../../values/limits/syntax.ts';
import { referenceOf } from '../../values/value/syntax.ts';

type EffectOf<Kind extends Effect['kind']> = Effect & { kind: Kind };

/** The file's rules, one for each kind of effect; the type checker lists what is missing. */
const EFFECTS: { readonly [Kind in Effect['kind']]: (p: Grammar) => EffectOf<Kind> } = {
  log: readLog,
  count: readCount,
  'mark-set': readMark,
  'dscp-set': readDscp,
  remember: (p) => readMemory(p, 'remember') as EffectOf<'remember'>,
  forget: (p) => readMemory(p, 'forget') as EffectOf<'forget'>,
  mss: readMss,
  notrack: (p) => ({ kind: 'notrack', span: p.spanFrom(p.consume(0, T.Keyword.notrack).startOffset) }),
  helper: readHelper,
  opaque: (p) => p.subrule(0, p.opaqueClause),
};

export const effectSyntax: Syntax = (p) => {
  const { opaque, ...plain } = EFFECTS;
  const alternatives = Object.values(plain).map((read) => ({ ALT: (): Effect => read(p) }));
  p.RULE('plainEffect', (): Effect => p.or(5, alternatives));

  // Behind a rule, `opaque` is the next clause; behind `do` and `and` it is an effect.
  p.RULE('opaqueEffect', (): Effect => {
    const { startOffset } = p.consume(0, T.Keyword.do);
    return { ...opaque(p), span: p.spanFrom(startOffset) };
  });

  p.RULE('counter', () => counterOf(p));

  const attachable = [{ ALT: () => p.subrule(0, p.plainEffect) }, { ALT: () => opaque(p) }];
  p.RULE('attachedEffect', (): Effect =>
    p.or(0, { DEF: attachable, ERR_MSG: 'an effect such as `log "…"` or `count as NAME`' }),
  );
};

/** `smtp` or `u.id`: what a counter or a class is called. */
function counterOf(p: Grammar): Name | ColumnReference {
  const reference = referenceOf(p, 0);
  return reference.kind === 'reference' ? reference.name : reference;
}

function readLog(p: Grammar): EffectOf<'log'> {
  const { startOffset } = p.consume(0, T.Keyword.log);
  const prefix = p.option(0, () => String(p.consume(0, T.StringToken).payload));
  let level: LogLevel | undefined;
  let group: IntegerLiteral | undefined;
  p.many(0, () => {
    p.or(0, [
      {
        ALT: () => {
          once(p, level === undefined, p.consume(0, T.Keyword.level));
          level = p.word(0, LOG_LEVELS, 'log level');
        },
      },
      {
        ALT: () => {
          once(p, group === undefined, p.consume(0, T.Keyword.group));
          group = p.subrule(0, p.integer);
        },
      },
    ]);
  });
  return {
    kind: 'log',
    ...(prefix !== undefined && { prefix }),
    ...(level && { level }),
    ...(group && { group }),
    span: p.spanFrom(startOffset),
  };
}

function readCount(p: Grammar): EffectOf<'count'> {
  const { startOffset } = p.consume(0, T.Keyword.count);
  p.consume(0, T.Keyword.as);
  const counter = p.subrule(0, p.counter);
  return { kind: 'count', counter, span: p.spanFrom(startOffset) };
}

function readMark(p: Grammar): EffectOf<'mark-set'> {
  const { startOffset } = p.consume(0, T.MarkOfEffect);
  p.consume(0, T.Keyword.set);
  const value = p.subrule(0, p.scalar);
  const mask = p.option(1, () => p.subrule(0, p.mask));
  return { kind: 'mark-set', value, ...(mask && { mask }), span: p.spanFrom(startOffset) };
}

function readDscp(p: Grammar): EffectOf<'dscp-set'> {
  const { startOffset } = p.consume(0, T.DscpOfEffect);
  p.consume(1, T.Keyword.set);
  const value = p.subrule(1, p.scalar);
  return { kind: 'dscp-set', value, span: p.spanFrom(startOffset) };
}

function readMemory(p: Grammar, kind: 'remember' | 'forget'): EffectOf<'remember' | 'forget'> {
  const index = kind === 'remember' ? 0 : 1;
  const { startOffset } = p.consume(0, T.Keyword[kind]);
  const key = p.subrule(index, p.memoryKey);
  p.consume(index, T.Keyword.in);
  const memory = p.subrule(index, p.name);
  let duration: DurationLiteral | undefined;
  if (kind === 'remember') {
    duration = p.option(2, () => {
      p.consume(0, T.Keyword.for);
      return p.consume(0, T.DurationToken).payload as DurationLiteral;
    });
  }
  return { kind, key, memory, ...(duration && { duration }), span: p.spanFrom(startOffset) };
}

function readMss(p: Grammar): EffectOf<'mss'> {
  const { startOffset } = p.consume(0, T.Keyword.mss);
  const how = p.word(1, ['clamp', 'set'], 'effect on the MSS');
  const size = p.option(3, () => p.subrule(1, p.integer));
  p.ACTION(() => {
    if (how === 'set' && !size) p.expected('a size in bytes, as `mss set 1400`');
  });
  return { kind: 'mss', ...(size && { size }), span: p.spanFrom(startOffset) };
}

function readHelper(p: Grammar): EffectOf<'helper'> {
  const { startOffset } = p.consume(0, T.Keyword.helper);
  const helper = p.subrule(2, p.name);
  return { kind: 'helper', helper, span: p.spanFrom(startOffset) };
}

export const memoryKeySyntax: Syntax = (p) => {
  p.RULE('memoryKey', (): MemoryKeyPart[] => {
    const parts = [p.subrule(0, p.memoryKeyPart)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      parts.push(p.subrule(1, p.memoryKeyPart));
    });
    return parts;
  });

  p.RULE('memoryKeyPart', (): MemoryKeyPart => {
    const field = p.or<'source' | 'destination' | 'protocol'>(0, {
      DEF: [
        { ALT: () => (p.consume(0, T.Keyword.source), 'source' as const) },
        { ALT: () => (p.consume(0, T.Keyword.destination), 'destination' as const) },
        { ALT: () => (p.consume(0, T.Keyword.protocol), 'protocol' as const) },
      ],
      ERR_MSG: '`source`, `destination`, `source port`, `destination port` or `protocol`',
    });
    const port = p.option(0, { GATE: () => field !== 'protocol', DEF: () => p.consume(0, T.Keyword.port) });
    return port === undefined || field === 'protocol' ? field : `${field} port`;
  });
};
