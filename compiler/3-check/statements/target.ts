/** `target core_1 { … }`: where the planes are, and what zones are there. */
import type { Target as TargetSyntax, TargetSetting } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { declareZone } from '../../2-resolve/declarations/zone.ts';
import { suggestion } from '../../2-resolve/names.ts';
import type { PlaneRequest, Target, Zone } from '../../model/policy.ts';
import type { Written } from '../blocks/order.ts';
import { MARK_MAXIMUM } from '../clauses/mark.ts';
import type { RuleContext } from '../context.ts';
import { headLine, originOf } from '../origin.ts';
import { readPlane, type PlaneName } from '../planes.ts';
import { DUPLICATE_STATEMENT, MARK_RESERVE, PLANE_PLACE, UNKNOWN_ZONE_BINDING } from '../problems.ts';
import { checkSockets } from './sockets.ts';
import { reportOverlaps } from './zones.ts';

type Setting<Kind extends TargetSetting['kind']> = Extract<TargetSetting, { readonly kind: Kind }>;

export function checkTargets(written: readonly Written<TargetSyntax>[], zones: readonly Zone[]): readonly Target[] {
  const targets: Target[] = [];
  for (const { block, context } of written) {
    const first = targets.find((target) => target.name === block.name.text);
    if (first) {
      report(context, DUPLICATE_STATEMENT, block.name.span, `there are two targets \`${block.name.text}\``, {
        labels: [{ span: { ...first.origin.span, end: first.origin.span.start + 6 }, text: 'the first one is here' }],
      });
      continue;
    }
    targets.push(checkTarget(block, zones, context));
  }
  return targets;
}

function checkTarget(target: TargetSyntax, zones: readonly Zone[], context: RuleContext): Target {
  const here = boundZones(settingsOf(target, 'target-zone'), zones, context);
  const marks = settingsOf(target, 'marks');
  reportRepeated(marks, context);
  const planes = settingsOf(target, 'plane').map((setting) => checkPlane(setting, context));
  const name = `target ${target.name.text}`;
  return {
    name: target.name.text,
    origin: originOf(target, name, headLine(target.span, target.settings), context),
    zones: new Map(here.map((zone) => [zone.name, zone])),
    markMask: marks[0] ? markMask(marks[0], context) : undefined,
    groOff: settingsOf(target, 'gro-off').length > 0,
    defaultRoute: settingsOf(target, 'default-route').length > 0,
    sockets: checkSockets(settingsOf(target, 'socket-place'), context),
    planes: planes.filter((plane) => plane !== undefined),
  };
}

function settingsOf<Kind extends TargetSetting['kind']>(target: TargetSyntax, kind: Kind): readonly Setting<Kind>[] {
  return target.settings.filter((setting): setting is Setting<Kind> => setting.kind === kind);
}

/** The policy's zones, with the interfaces that the target says instead of the policy's. */
function boundZones(
  settings: readonly Setting<'target-zone'>[],
  zones: readonly Zone[],
  context: RuleContext,
): readonly Zone[] {
  const bound = new Map<string, Zone>();
  for (const { zone: syntax } of settings) {
    const { name } = syntax;
    const first = bound.get(name.text);
    const zone = declareZone(syntax, context);
    if (!zones.some((known) => known.name === name.text)) {
      report(context, UNKNOWN_ZONE_BINDING, name.span, `the policy has no zone \`${name.text}\``, {
        hint: suggestion(
          name.text,
          zones.map((known) => known.name),
          'Declare it in the policy, for all targets.',
        ),
      });
    } else if (first) {
      report(context, DUPLICATE_STATEMENT, name.span, `the target binds \`${name.text}\` twice`, {
        labels: [{ span: first.span, text: 'first bound here' }],
      });
    } else if (zone) {
      bound.set(name.text, zone);
    }
  }
  const all = zones.map((zone) => bound.get(zone.name) ?? zone);
  if (bound.size > 0) reportOverlaps(all, context.findings);
  return all;
}

function reportRepeated(settings: readonly Setting<'marks'>[], context: RuleContext): void {
  const [first, ...more] = settings;
  for (const { span } of more) {
    report(context, DUPLICATE_STATEMENT, span, 'the target reserves marks twice', {
      labels: first ? [{ span: first.span, text: 'first said here' }] : [],
    });
  }
}

function markMask({ reserve }: Setting<'marks'>, context: RuleContext): number {
  if (reserve.value > 0n && reserve.value <= BigInt(MARK_MAXIMUM)) return Number(reserve.value);
  report(context, MARK_RESERVE, reserve.span, 'these are no bits of a 32-bit mark', {
    hint: 'Write a mask such as `0xff000000`.',
  });
  return MARK_MAXIMUM;
}

/** Planes that are on no interface, and what they are for the whole of. */
const WHOLE_PLANES: Partial<Readonly<Record<PlaneName, string>>> = {
  nftables: 'host',
  sk_lookup: 'network namespace',
};

function checkPlane(setting: Setting<'plane'>, context: RuleContext): PlaneRequest | undefined {
  const { span, variant } = setting;
  const plane = readPlane(setting.plane, context);
  if (!plane) return undefined;
  const on = setting.on.map((name) => name.text);
  const whole = WHOLE_PLANES[plane];
  if ((whole !== undefined) !== (on.length === 0)) {
    const message = whole ? `\`${plane}\` is one for the whole ${whole}` : `\`${plane}\` is on no interface`;
    report(context, PLANE_PLACE, span, message, {
      hint: whole ? 'Leave `on …` out.' : `Say where it runs: \`${plane} on bond0\`.`,
    });
    return undefined;
  }
  return { plane, variant: variant?.text, on, span };
}
