/** Services, ICMP types and TCP flags: clauses that begin with the name of a protocol. */
import type { Clause, ServiceClause, TcpFlagsClause, TcpFlagsTest, Value } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { TCP_FLAGS } from '../../../words.ts';

export const serviceClauseSyntax: Syntax = (p) => {
  const flagsBehind = () => p.subrule(0, p.tcpFlags);

  p.RULE('serviceClause', (): Clause => {
    const start = p.here();
    const services = p.subrule(0, p.services);
    const alternatives = p.option(0, flagsBehind);
    return p.ACTION(() => {
      if (alternatives !== undefined) return flagsClause(p, start, services, alternatives);
      const [only] = services;
      const span = p.spanFrom(start);
      if (services.length === 1 && only?.kind === 'icmp') return { kind: 'icmp', icmp: only, span };
      return { kind: 'service', services, span } satisfies ServiceClause;
    });
  });

  p.RULE('tcpFlags', (): TcpFlagsTest[] => {
    p.consume(0, T.Keyword.flags);
    const alternatives = [p.subrule(0, p.tcpFlagsTest)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      alternatives.push(p.subrule(1, p.tcpFlagsTest));
    });
    return alternatives;
  });

  p.RULE('tcpFlagsTest', (): TcpFlagsTest => {
    const start = p.here();
    const set = p.subrule(0, p.tcpFlagNames);
    const mask = p.option(0, () => {
      p.consume(0, T.Slash);
      return p.subrule(1, p.tcpFlagNames);
    });
    return { kind: 'tcp-flags-test', set, ...(mask && { mask }), span: p.spanFrom(start) };
  });

  p.RULE('tcpFlagNames', (): string[] => {
    const names: string[] = [p.word(0, [...TCP_FLAGS, 'none'], 'TCP flag')];
    p.many(0, () => {
      p.consume(0, T.Plus);
      names.push(p.word(1, TCP_FLAGS, 'TCP flag'));
    });
    return names.filter((name) => name !== 'none');
  });
};

function flagsClause(p: Grammar, start: number, services: Value[], alternatives: TcpFlagsTest[]): TcpFlagsClause {
  const [protocol] = services;
  const span = p.spanFrom(start);
  const isTcp =
    protocol?.kind === 'service' &&
    protocol.ports === undefined &&
    protocol.protocol.kind === 'name' &&
    protocol.protocol.text === 'tcp';
  if (services.length !== 1 || !isTcp) {
    const hint = 'write `tcp flags syn`; ports go in a clause of their own: `tcp/80 tcp flags syn`';
    p.fail(PROBLEMS.unexpected, protocol ?? { span }, 'only `tcp` alone can stand before `flags`', hint);
  }
  return { kind: 'tcp-flags', alternatives, span };
}
