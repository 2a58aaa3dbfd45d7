/** The side file of classes: their names in the policy, beside the numbers by which tc lists them. */
import { oneLine } from '../../compiler/artifacts/one-line.ts';
import type { PlaneClass } from '../../compiler/plane.ts';
import type { NamedClass } from './tree.ts';

export const CLASSES = 'tc/classes.tsv';
const HEAD = 'interface\tclass\tname\n';

export function classLines(classes: readonly NamedClass[]): readonly string[] {
  return [HEAD, ...classes.map(({ device, id, name }) => `${device}\t${id}\t${oneLine(name)}\n`)];
}

/** What the file says, where a build has one. */
export function namesIn(files: ReadonlyMap<string, Uint8Array>): readonly PlaneClass[] {
  const text = new TextDecoder().decode(files.get(CLASSES) ?? new Uint8Array());
  return [...text.slice(HEAD.length).matchAll(/^(.+?)\t([0-9a-f]+):([0-9a-f]+)\t(.*)$/gm)].map(
    ([, device = '', tree = '', own = '', name = '']) => ({
      interface: device,
      number: Number.parseInt(tree, 16) * 0x10000 + Number.parseInt(own, 16),
      name,
    }),
  );
}
