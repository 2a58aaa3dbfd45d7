/** What an expectation says of its packet besides the two ends, and of its fate besides the verdict. */
import type { DurationLiteral, ExpectOption } from '../../../ast/index.ts';
import type { Grammar } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { once } from '../../values/limits/syntax.ts';
import type { ExpectationDraft } from './syntax.ts';

type Option<Kind extends ExpectOption['kind']> = ExpectOption & { kind: Kind };

/** One for each option; the type checker lists what is missing. */
const OPTIONS: { readonly [Kind in ExpectOption['kind']]: (p: Grammar) => Option<Kind> } = {
  'tcp-flags': readFlags,
  length: (p) => readValue(p, 0, 'length') as Option<'length'>,
  ttl: (p) => readValue(p, 1, 'ttl') as Option<'ttl'>,
  mark: (p) => readValue(p, 2, 'mark') as Option<'mark'>,
  dscp: (p) => readValue(p, 3, 'dscp') as Option<'dscp'>,
  fragment: readFragment,
  established: (p) => readWord(p, 'established') as Option<'established'>,
  reply: (p) => readWord(p, 'reply') as Option<'reply'>,
  after: readAfter,
  socket: readSocket,
  counted: readCounted,
  logged: (p) => readWord(p, 'logged') as Option<'logged'>,
};

/** Reads one option into the draft. */
export function readOption(p: Grammar, draft: ExpectationDraft): void {
  const readers = Object.values(OPTIONS);
  p.or(0, [
    ...(['in', 'out'] as const).map((direction, index) => ({
      ALT: () => {
        const token = p.consume(0, T.Keyword[direction]);
        const zone = p.subrule(index, p.name);
        p.ACTION(() => {
          once(p, draft[direction] === undefined, token);
          draft[direction] = zone;
        });
      },
    })),
    { ALT: () => p.subrule(0, p.becomes, { ARGS: [draft] }) },
    ...readers.map((read) => ({
      ALT: () => {
        const option = read(p);
        p.ACTION(() => {
          const repeated = draft.options.some((known) => known.kind === option.kind);
          if (repeated && option.kind !== 'counted') {
            p.report(PROBLEMS.repeatedOption, option, 'this is said twice of one packet', 'leave one out');
          }
          draft.options.push(option);
        });
      },
    })),
  ]);
}

function readFlags(p: Grammar): Option<'tcp-flags'> {
  const protocol = p.consume(0, T.Word);
  p.choose(protocol, ['tcp'], 'option of an expectation');
  p.consume(0, T.Keyword.flags);
  const test = p.subrule(0, p.tcpFlagsTest);
  return { kind: 'tcp-flags', test, span: p.spanFrom(protocol.startOffset) };
}

function readValue(p: Grammar, index: number, kind: 'length' | 'ttl' | 'mark' | 'dscp'): Option<typeof kind> {
  const { startOffset } = p.consume(0, T.Keyword[kind]);
  const value = p.subrule(index, p.scalar);
  return { kind, value, span: p.spanFrom(startOffset) };
}

function readWord(p: Grammar, kind: 'established' | 'reply' | 'logged'): Option<typeof kind> {
  const { startOffset } = p.consume(0, T.Keyword[kind]);
  return { kind, span: p.spanFrom(startOffset) };
}

function readFragment(p: Grammar): Option<'fragment'> {
  const { startOffset } = p.consume(0, T.Keyword.fragment);
  const which = p.word(0, ['first', 'later'], 'part of a fragmented packet');
  return { kind: 'fragment', which, span: p.spanFrom(startOffset) };
}

function readAfter(p: Grammar): Option<'after'> {
  const { startOffset } = p.consume(0, T.Keyword.after);
  const packets = p.subrule(0, p.integer);
  p.consume(0, T.Keyword.packets);
  const within = p.option(0, () => {
    p.consume(0, T.Keyword.within);
    return p.consume(0, T.DurationToken).payload as DurationLiteral;
  });
  return { kind: 'after', packets, ...(within && { within }), span: p.spanFrom(startOffset) };
}

function readSocket(p: Grammar): Option<'socket'> {
  const { startOffset } = p.consume(0, T.Keyword.to);
  p.word(1, ['socket'], 'way to go');
  const name = p.subrule(2, p.name);
  return { kind: 'socket', name, span: p.spanFrom(startOffset) };
}

function readCounted(p: Grammar): Option<'counted'> {
  const { startOffset } = p.consume(0, T.Keyword.counted);
  p.consume(0, T.Keyword.as);
  const name = p.subrule(3, p.name);
  return { kind: 'counted', name, span: p.spanFrom(startOffset) };
}
