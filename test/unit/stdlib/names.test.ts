import { spawnSync } from 'node:child_process';
import { describe, expect, it, type TestContext } from 'vitest';
import { NICS } from '../../../backends/p4/targets/index.ts';
import { HYPHENATED_WORDS } from '../../../grammar/words.ts';
import { numbersIn, servicesIn, valuesOf } from './library.ts';

/** The names that nftables itself has for the values of a type, as a second opinion. */
function namesOfNftables(context: TestContext, type: string): Map<string, number> {
  const { status, stdout } = spawnSync('nft', ['describe', ...type.split(' ')], { encoding: 'utf8' });
  context.skip(status !== 0, 'no nft: install nftables');
  const pairs = stdout.matchAll(/^\t([\w-]+)\s+(0x[\da-f]+|\d+)$/gm);
  return new Map([...pairs].map(([, name = '', number]) => [name, Number(number)]));
}

/** What nft calls otherwise than IANA. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'mld-listener-query': 'listener-query',
  'mld-listener-report': 'listener-report',
  'mld-listener-done': 'listener-done',
  'mld-listener-reduction': 'listener-done',
  'mld2-listener-report': 'listener-report-v2',
  'nd-router-solicit': 'router-solicitation',
  'nd-router-advert': 'router-advertisement',
  'nd-neighbor-solicit': 'neighbor-solicitation',
  'nd-neighbor-advert': 'neighbor-advertisement',
  'nd-redirect': 'redirect',
  'ind-neighbor-solicit': 'inverse-neighbor-solicitation',
  'ind-neighbor-advert': 'inverse-neighbor-advertisement',
};

describe('std.icmp', () => {
  const values = valuesOf('icmp');

  it.for([
    ['icmp4', 'icmp type'],
    ['icmp6', 'icmpv6 type'],
  ] as const)('numbers the types of %s as nft does', ([family, type], context) => {
    const theirs = namesOfNftables(context, type);
    expect(theirs.size).toBeGreaterThan(14);
    for (const [name, number] of theirs) {
      const ours = servicesIn(values, OTHER_NAMES[name] ?? name)[family];
      expect([...ours.numberIntervals()], name).toEqual([[number * 256, number * 256 + 255]]);
    }
  });

  it('knows every hyphenated word of the language but the reason of a reject that is no ICMP, and names of NICs', () => {
    const nics = new Set(NICS.map(({ name }) => name));
    const unknown = [...HYPHENATED_WORDS].filter((word) => !values.has(word) && !nics.has(word));
    expect(unknown).toEqual(['tcp-reset']);
  });

  it('speaks of ICMP alone', () => {
    for (const name of values.keys()) {
      const { service, protocol, icmp4, icmp6 } = servicesIn(values, name);
      expect(service.isEmpty() && protocol.isEmpty(), name).toBe(true);
      expect(icmp4.isEmpty() && icmp6.isEmpty(), name).toBe(false);
    }
  });
});

describe('std.dscp', () => {
  const values = valuesOf('dscp');

  function valueOf(name: string): number {
    const [[low, high] = [], ...more] = [...numbersIn(values, name).bigintIntervals()];
    if (low === undefined || low !== high || more.length > 0) throw new Error(`${name} is not one number`);
    return Number(low);
  }

  it('numbers the classes by their formulas', () => {
    for (let n = 0; n < 8; n++) expect(valueOf(`cs${n}`)).toBe(8 * n);
    for (let x = 1; x <= 4; x++) {
      for (let y = 1; y <= 3; y++) expect(valueOf(`af${x}${y}`)).toBe(8 * x + 2 * y);
    }
  });

  it('numbers the classes as nft does', (context) => {
    const theirs = namesOfNftables(context, 'ip dscp');
    expect(theirs.size).toBeGreaterThan(20);
    for (const [name, number] of theirs) {
      if (name !== 'be' && name !== 'lephb') expect(valueOf(name), name).toBe(number);
    }
    expect(valueOf('le')).toBe(theirs.get('lephb'));
  });
});

describe('std.reflection', () => {
  const values = valuesOf('reflection');

  it('keeps apart what may be dropped and what may only be bounded', () => {
    const local = numbersIn(values, 'reflectors_local');
    const open = numbersIn(values, 'reflectors_public');
    expect(local.intersects(open)).toBe(false);
    expect(numbersIn(values, 'reflection_ports').equals(local.union(open))).toBe(true);
  });
});
