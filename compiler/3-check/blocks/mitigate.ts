/** `mitigate in uplink { … }` */
import type { Mitigate } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { lookUpKind } from '../../2-resolve/names.ts';
import type { MitigateBlock, Zone } from '../../model/policy.ts';
import { SECOND_BLOCK } from '../problems.ts';
import { headOf, type Written } from './order.ts';
import { blockOrigin, checkBody } from './rules.ts';

interface Zoned {
  readonly written: Written<Mitigate>;
  /** Undefined: every zone. */
  readonly zones: readonly Zone[] | undefined;
}

/**
 * Blocks for other zones see other frames, so their order is no matter; blocks that share a zone have to say which comes
 * first. Blocks for the same zones are one.
 */
export function checkMitigates(written: readonly Written<Mitigate>[]): readonly MitigateBlock[] {
  const zoned: Zoned[] = [];
  for (const each of written) {
    const zones = each.block.in.map((name) => lookUpKind(name, 'zone', each.context)?.zone);
    const known = zones.filter((zone) => zone !== undefined);
    if (known.length === zones.length) zoned.push({ written: each, zones: zones.length > 0 ? known : undefined });
  }
  reportUnordered(zoned);
  const ordered = ['before', 'only', 'after'].flatMap((order) =>
    zoned.filter(({ written: { block } }) => block.order === order),
  );
  return merged(ordered);
}

function reportUnordered(zoned: readonly Zoned[]): void {
  const only = zoned.filter(({ written }) => written.block.order === 'only');
  for (const [at, second] of only.entries()) {
    const first = only.slice(0, at).find((other) => sharesZone(other, second));
    if (!first) continue;
    const { block, context } = second.written;
    report(context, SECOND_BLOCK, headOf(block.span), 'there is a second `mitigate` block for the same frames', {
      labels: [{ span: headOf(first.written.block.span), text: 'the first one is here' }],
      hint: 'Say where its rules go: `mitigate before in … { … }` or `mitigate after in … { … }`.',
    });
  }
}

function sharesZone(a: Zoned, b: Zoned): boolean {
  if (!a.zones || !b.zones) return true;
  return a.zones.some((zone) => b.zones?.includes(zone));
}

function merged(ordered: readonly Zoned[]): readonly MitigateBlock[] {
  const blocks: MitigateBlock[] = [];
  for (const { written, zones } of ordered) {
    const { block, context } = written;
    const title = zones ? `mitigate ${zones.map((zone) => zone.name).join(' ')}` : 'mitigate';
    const body = checkBody(block, title, { kind: 'mitigate' }, context);
    const last = blocks.at(-1);
    if (last && sameZones(last.zones, zones)) {
      blocks[blocks.length - 1] = { ...last, body: [...last.body, ...body] };
    } else {
      blocks.push({ origin: blockOrigin(written, title), zones, body });
    }
  }
  return blocks;
}

function sameZones(a: readonly Zone[] | undefined, b: readonly Zone[] | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((zone) => b.includes(zone));
}
