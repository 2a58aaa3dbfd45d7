/** The type of service octet as iptables writes it: a name, `VALUE` or `VALUE/MASK`. */

const NAMES: Readonly<Record<string, number>> = {
  'Minimize-Delay': 0x10,
  'Maximize-Throughput': 0x08,
  'Maximize-Reliability': 0x04,
  'Minimize-Cost': 0x02,
  'Normal-Service': 0x00,
};
const NAMED_BITS = 0x3f;
const OCTET = 0xff;

export interface TosBits {
  readonly value: number;
  readonly mask: number;
}

export function readTos(word: string): TosBits | undefined {
  const [first = '', second] = word.split('/');
  const named = NAMES[first];
  if (named !== undefined) return { value: named, mask: NAMED_BITS };
  const number = (text: string): number | undefined =>
    /^(0x[\da-f]{1,2}|\d{1,3})$/i.test(text) && Number(text) <= OCTET ? Number(text) : undefined;
  const [value, mask] = [number(first), second === undefined ? OCTET : number(second)];
  return value === undefined || mask === undefined ? undefined : { value, mask };
}
