import type { Target, TargetSetting } from '../../../ast/index.ts';
import { words, type Doc, type OfKind, type Printers, type Printing } from '../../../printing.ts';
import { printEndpoint } from '../../values/endpoint/print.ts';
import { printName, printNames } from '../../values/name/print.ts';
import { printZone } from '../zone/print.ts';

/** These say how a plane is attached, the others what is built for it. */
const ATTACHMENTS: ReadonlySet<string> = new Set(['generic', 'native', 'offload']);

const PRINTERS: Printers<TargetSetting> = {
  'target-zone': ({ zone }, at) => printZone(zone, at),
  marks: ({ reserve }, at) => words('marks reserve', at.value(reserve)),
  plane: printPlane,
  'gro-off': () => 'gro off',
  'default-route': () => 'default route',
  'socket-place': ({ socket, endpoints }, at) =>
    words(
      `socket ${printName(socket)} =`,
      endpoints.flatMap((endpoint, index) => [index === 0 ? '' : ', ', printEndpoint(endpoint, at, true)]),
    ),
};

function printPlane({ plane, variant, on }: OfKind<TargetSetting, 'plane'>): Doc {
  const where = on.length === 0 ? undefined : `on ${printNames(on)}`;
  const how = variant && printName(variant);
  return variant && ATTACHMENTS.has(variant.text)
    ? words(printName(plane), where, how)
    : words(printName(plane), how, where);
}

export function printTarget(target: Target, at: Printing): Doc {
  return at.block(target, `target ${printName(target.name)}`, target.settings, (setting) => {
    const print = PRINTERS[setting.kind] as (setting: TargetSetting, at: Printing) => Doc;
    return print(setting, at);
  });
}
