import type { AddressClause, AddressView } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const addressClauseSyntax: Syntax = (p) => {
  const sides = [
    { ALT: () => (p.consume(0, T.Keyword.from), 'from' as const) },
    { ALT: () => (p.consume(0, T.Keyword.to), 'to' as const) },
    { ALT: () => (p.consume(0, T.Keyword.host), 'host' as const) },
  ];
  const portsOf = () => {
    p.consume(0, T.Keyword.port);
    return p.subrule(1, p.value);
  };
  const plain = () => read('default', p.here());

  function read(view: AddressView, start: number): AddressClause {
    const side = p.or(1, { DEF: sides, ERR_MSG: '`from`, `to` or `host`' });
    const addresses = p.subrule(0, p.value);
    const ports = p.option(0, portsOf);
    const span = p.spanFrom(start);
    return ports === undefined
      ? { kind: 'address', side, view, addresses, span }
      : { kind: 'address', side, view, addresses, ports, span };
  }

  p.RULE('plainAddressClause', plain);

  p.RULE('addressClause', (): AddressClause => {
    const start = p.here();
    const view = viewOf(p);
    const clause = p.subrule(0, p.plainAddressClause);
    return { ...clause, view, span: p.spanFrom(start) };
  });
};

/** Which addresses are meant, where it is not the real hosts'. */
function viewOf(p: Grammar): AddressView {
  return p.or<AddressView>(0, [
    { ALT: () => (p.consume(0, T.Keyword.original), 'original' as const) },
    {
      ALT: () => {
        p.consume(0, T.Keyword.on);
        p.word(0, ['wire'], 'view of the addresses');
        return 'on wire' as const;
      },
    },
  ]);
}
