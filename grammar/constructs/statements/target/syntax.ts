import { EMPTY_ANNOTATIONS } from '../../../annotations.ts';
import type { Name, TargetSetting } from '../../../ast/index.ts';
import { opening, type Grammar, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { PLANE_VARIANTS } from '../../../words.ts';
import { nameOf } from '../../values/value/syntax.ts';

type Setting<Kind extends TargetSetting['kind']> = TargetSetting & { kind: Kind };

/** One for each setting; the type checker lists what is missing. */
const SETTINGS: { readonly [Kind in TargetSetting['kind']]: (p: Grammar) => Setting<Kind> } = {
  'target-zone': readZone,
  marks: readMarks,
  'gro-off': readGro,
  'default-route': readDefaultRoute,
  'socket-place': readSocket,
  plane: readPlane,
};

export const targetSyntax: Syntax = (p) => {
  p.RULE('target', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.target);
    const name = p.subrule(0, p.name);
    p.consume(0, T.LeftBrace);
    return opening('target', (settings, span) => ({ kind: 'target', annotations, name, settings, span }));
  });

  const alternatives = Object.values(SETTINGS).map((read) => ({ ALT: (): TargetSetting => read(p) }));
  p.RULE('targetSetting', (): TargetSetting =>
    // A plane is any name: these words are settings first.
    p.or(0, {
      DEF: alternatives,
      ERR_MSG: 'a plane such as `nftables`, or `zone`, `marks`, `gro`, `default route`, `socket`',
      IGNORE_AMBIGUITIES: true,
    }),
  );
};

function readZone(p: Grammar): Setting<'target-zone'> {
  p.annotations = EMPTY_ANNOTATIONS;
  const start = p.here();
  const zone = p.subrule(0, p.zone);
  return { kind: 'target-zone', zone, span: p.spanFrom(start) };
}

function readMarks(p: Grammar): Setting<'marks'> {
  const { startOffset } = p.consume(0, T.Keyword.marks);
  p.word(0, ['reserve'], 'setting of marks');
  const reserve = p.subrule(0, p.integer);
  return { kind: 'marks', reserve, span: p.spanFrom(startOffset) };
}

function readGro(p: Grammar): Setting<'gro-off'> {
  const { startOffset } = p.consume(0, T.Keyword.gro);
  p.word(1, ['off'], 'setting of `gro`');
  return { kind: 'gro-off', span: p.spanFrom(startOffset) };
}

function readDefaultRoute(p: Grammar): Setting<'default-route'> {
  const { startOffset } = p.consume(0, T.Keyword.default);
  p.consume(0, T.Keyword.route);
  return { kind: 'default-route', span: p.spanFrom(startOffset) };
}

/** `socket web = 127.0.0.1:8080, [::1]:8080` */
function readSocket(p: Grammar): Setting<'socket-place'> {
  const { startOffset } = p.consume(0, T.Keyword.socket);
  const socket = p.subrule(1, p.name);
  p.consume(0, T.Equals);
  const endpoints = [p.subrule(0, p.endpoint)];
  p.many(0, () => {
    p.consume(0, T.Comma);
    endpoints.push(p.subrule(1, p.endpoint));
  });
  return { kind: 'socket-place', socket, endpoints, span: p.spanFrom(startOffset) };
}

/** `xdp on bond0 generic`, `p4 pna on dpu0`: the variant may stand on either side. */
function readPlane(p: Grammar): Setting<'plane'> {
  const start = p.here();
  const plane = p.subrule(0, p.name);
  let variant = readVariant(p, 0, () => true);
  let on: readonly Name[] = [];
  p.option(2, () => {
    p.consume(0, T.Keyword.on);
    on = p.subrule(0, p.names);
    // Not behind a `??=`: while the grammar is recorded, every step has to be taken.
    const behind = readVariant(p, 1, () => variant === undefined);
    variant ??= behind;
  });
  return { kind: 'plane', plane, ...(variant && { variant }), on, span: p.spanFrom(start) };
}

function readVariant(p: Grammar, index: number, allowed: () => boolean): Name | undefined {
  return p.option(index, {
    GATE: () => allowed() && PLANE_VARIANTS.has(p.LA(1).image),
    DEF: () =>
      p.or(index + 2, [
        { ALT: () => nameOf(p, p.consume(index + 1, T.NameWord)) },
        { ALT: () => nameOf(p, p.consume(index + 1, T.HyphenatedWord)) },
      ]),
  });
}
