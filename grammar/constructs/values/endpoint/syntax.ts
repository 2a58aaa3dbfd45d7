import type { Endpoint, Value } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';

export const endpointSyntax: Syntax = (p) => {
  p.RULE('portSuffix', (): Value => {
    p.consume(0, T.Colon);
    return p.subrule(0, p.ports);
  });

  p.RULE('endpoint', (): Endpoint => {
    const start = p.here();
    const parts = p.or<{ addresses?: Value | undefined; ports?: Value | undefined }>(0, {
      DEF: [
        {
          ALT: () => {
            p.consume(0, T.LeftBracket);
            const addresses = p.subrule(0, p.value);
            p.consume(0, T.RightBracket);
            return { addresses, ports: p.option(0, () => p.subrule(0, p.portSuffix)) };
          },
        },
        { ALT: () => ({ ports: p.subrule(1, p.portSuffix) }) },
        {
          ALT: () => {
            const addresses = p.subrule(0, p.set);
            return { addresses, ports: p.option(1, () => p.subrule(2, p.portSuffix)) };
          },
        },
      ],
      ERR_MSG: 'an address, `192.0.2.1:443`, `[2001:db8::1]:443`, or a name',
    });
    const { addresses, ports } = parts;
    return { kind: 'endpoint', ...(addresses && { addresses }), ...(ports && { ports }), span: p.spanFrom(start) };
  });

  // Of several addresses, one for each family, none has a port of its own.
  p.RULE('translationTarget', (): Endpoint => {
    const start = p.here();
    const first = p.subrule(0, p.endpoint);
    const all = [first];
    p.many(0, () => {
      p.consume(0, T.Comma);
      all.push(p.subrule(1, p.endpoint));
    });
    if (all.length === 1) return first;
    return p.ACTION(() => {
      const items: Value[] = [];
      for (const { addresses, ports, span } of all) {
        if (addresses && !ports) items.push(addresses);
        else {
          p.fail(
            PROBLEMS.unexpected,
            { span },
            'one of several addresses has a port of its own',
            'put the addresses in brackets and the port behind them: `[192.0.2.1, 2001:db8::1]:443`',
          );
        }
      }
      const span = p.spanFrom(start);
      return { kind: 'endpoint', addresses: { kind: 'list', braces: false, items, span }, span };
    });
  });
};
