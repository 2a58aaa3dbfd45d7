import type { Value, Zone, ZoneMember } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const zoneSyntax: Syntax = (p) => {
  p.RULE('zone', (): Zone => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.zone);
    const name = p.subrule(0, p.name);
    p.consume(0, T.Equals);
    const members = [p.subrule(0, p.zoneMember)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      members.push(p.subrule(1, p.zoneMember));
    });
    return { kind: 'zone', annotations, name, members, span: p.spanFrom(startOffset) };
  });

  p.RULE('zoneMember', (): ZoneMember => {
    const start = p.here();
    return p.or<ZoneMember>(0, {
      DEF: [
        {
          ALT: () => {
            const device = p.subrule(0, p.name);
            const vlans = p.option(0, () => vlansOf(p, 0));
            const ports = p.option(1, () => portsOf(p, 0));
            return {
              kind: 'zone-member',
              interface: device,
              ...(vlans && { vlans }),
              ...(ports && { ports }),
              span: p.spanFrom(start),
            };
          },
        },
        {
          ALT: () => {
            const vlans = vlansOf(p, 1);
            const ports = p.option(2, () => portsOf(p, 1));
            return { kind: 'zone-member', vlans, ...(ports && { ports }), span: p.spanFrom(start) };
          },
        },
        { ALT: () => ({ kind: 'zone-member', ports: portsOf(p, 2), span: p.spanFrom(start) }) },
      ],
      ERR_MSG: 'an interface, `vlan N` or `port N`',
    });
  });
};

function vlansOf(p: Grammar, index: number): Value {
  p.consume(index, T.Keyword.vlan);
  return p.subrule(index, p.ports);
}

function portsOf(p: Grammar, index: number): Value {
  p.consume(index, T.Keyword.port);
  return p.subrule(index + 5, p.ports);
}
