/** Differentiated services code points by class (RFC 2474, RFC 2597, RFC 3246). */

const CLASSES: ReadonlyMap<number, string> = new Map([
  [0, 'cs0'],
  [8, 'cs1'],
  [16, 'cs2'],
  [24, 'cs3'],
  [32, 'cs4'],
  [40, 'cs5'],
  [48, 'cs6'],
  [56, 'cs7'],
  [10, 'af11'],
  [12, 'af12'],
  [14, 'af13'],
  [18, 'af21'],
  [20, 'af22'],
  [22, 'af23'],
  [26, 'af31'],
  [28, 'af32'],
  [30, 'af33'],
  [34, 'af41'],
  [36, 'af42'],
  [38, 'af43'],
  [46, 'ef'],
]);

/** As the language writes it; undefined where there is none such. */
export function dscpItem(word: string): string | undefined {
  const name = word.toLowerCase();
  if (name === 'be') return 'cs0';
  if ([...CLASSES.values()].includes(name)) return name;
  const number = /^(0x[\da-f]+|\d+)$/.test(name) ? Number(name) : undefined;
  if (number === undefined || number > 63) return undefined;
  return CLASSES.get(number) ?? String(number);
}
