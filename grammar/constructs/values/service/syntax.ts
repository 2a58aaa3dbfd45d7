import type { ServiceLiteral, Value } from '../../../ast/index.ts';
import { closest } from '../../../did-you-mean.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { joinOperands, referenceOf } from '../value/syntax.ts';
import { serviceLiteral, withProtocols } from './literal.ts';

/** Before an address, a word that is close to a keyword is one. */
function refuseMisspelt(p: Grammar, word: T.PolicyToken): void {
  const proposal = word.tokenType === T.Word ? closest(word.image, T.CLAUSE_WORDS) : undefined;
  if (proposal !== undefined) {
    p.fail(PROBLEMS.unknownWord, word, `\`${word.image}\` is no keyword`, `did you mean \`${proposal}\`?`);
  }
}

export const serviceSyntax: Syntax = (p) => {
  p.RULE('protocolNumber', (): ServiceLiteral => {
    const { startOffset } = p.consume(0, T.Keyword.proto);
    const protocol = p.subrule(0, p.integer);
    const ports = p.option(0, () => {
      p.consume(0, T.Slash);
      return p.subrule(0, p.ports);
    });
    return { kind: 'service', protocol, ...(ports && { ports }), span: p.spanFrom(startOffset) };
  });

  p.RULE('namedService', (): Value => {
    const reference = referenceOf(p, 0);
    const ports = p.option(1, () => {
      p.consume(0, T.Slash);
      return p.subrule(1, p.ports);
    });
    return p.ACTION(() => (ports === undefined ? withProtocols(reference) : serviceLiteral(p, reference, ports)));
  });

  // An address here is a frequent slip, and worth a better answer than "unexpected".
  p.RULE('misplacedLiteral', (): Value => {
    const token = p.consume(0, T.LiteralToken);
    return p.ACTION(() => {
      refuseMisspelt(p, p.LA(-1));
      return p.fail(
        PROBLEMS.unexpected,
        token,
        `\`${token.image}\` is no service`,
        token.tokenType === T.IntegerToken || token.tokenType === T.RangeToken
          ? 'a port goes with its protocol: `tcp/80`; a source port is `from any port 53`'
          : 'say what about the address: `from`, `to` or `host`',
      );
    });
  });

  const alternatives = [
    { ALT: () => p.subrule(0, p.namedService) },
    { ALT: () => p.subrule(0, p.protocolNumber) },
    { ALT: () => p.subrule(0, p.icmp) },
    { ALT: () => p.subrule(0, p.misplacedLiteral) },
  ];
  const errorMessage = 'a service such as `tcp/80`, `udp`, `icmp echo-request` or a name';
  p.RULE('serviceItem', () => {
    const start = p.here();
    const first = p.or<Value>(0, { DEF: alternatives, ERR_MSG: errorMessage });
    const item = joinOperands(p, start, first);
    return item === first ? item : p.ACTION(() => withProtocols(item));
  });

  p.RULE('services', () => {
    const services = [p.subrule(0, p.serviceItem)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      services.push(p.subrule(1, p.serviceItem));
    });
    return services;
  });
};
