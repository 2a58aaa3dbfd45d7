/** What random policies may contain; each can be left out, to look at the others alone. */

export const FEATURES = [
  'tables',
  'groups',
  'names',
  'protocol numbers',
  'not',
  'where',
  'icmp',
  'tcp flags',
  'packet fields',
  'masked addresses',
  'payload',
  'times',
  'original addresses',
  'wire addresses',
  'addresses of zones',
  'same field',
  'states',
  'each packet',
  'stateless',
  'marks',
  'limits',
  'row limits',
  'connections',
  'memory',
  'log',
  'count',
  'reject',
  'default reject',
  'mitigate',
  'raw',
  'notrack',
  'nat',
  'hairpin',
  'mangle',
  'input',
  'output',
] as const;

export type Feature = (typeof FEATURES)[number];

export type Features = ReadonlySet<Feature>;

export const ALL_FEATURES: Features = new Set(FEATURES);

/** What walks through rules (test/oracles) cannot tell of a packet: it hangs on other packets, or on more of this one than they know. */
export const UNWALKED: readonly Feature[] = [
  'payload',
  'original addresses',
  'wire addresses',
  'addresses of zones',
  'same field',
  'limits',
  'row limits',
  'connections',
  'memory',
  'hairpin',
];

/** All but these. */
export function without(...left: readonly Feature[]): Features {
  return new Set(FEATURES.filter((feature) => !left.includes(feature)));
}
