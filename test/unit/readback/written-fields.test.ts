/** Marks and DSCP that rules set and later rules read: notes of searches side by side among them. */
import { describe, expect, it } from 'vitest';
import { compareWithProgram } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack, type ReadPolicy } from '../../builders/read-back.ts';

const BUDGET = 2 ** 27;

/** Every source meets every destination, and who comes first decides. */
function crossed(rules: number): string {
  const lines = Array.from({ length: rules }, (_, at) =>
    at % 2 === 0
      ? `allow from 10.${at % 256}.${at >> 8}.0/24 tcp/${1000 + (at % 7)}`
      : `drop to 172.16.${at % 256}.0/24 tcp/${1000 + (at % 5)}`,
  );
  return `
filter forward stateless default drop { essential off ${lines.join('\n')} }
target router {
  marks reserve 0x00ffff00
  nftables
}`;
}

const SEARCHES = crossed(150);

/** Beside the notes in the mark, bits of it that the policy itself sets. */
const MARKED = SEARCHES.replace(
  'essential off',
  'essential off\nmark set 0x500000/0xf00000 tcp/22\nmark set 0x80000/0x80000 udp',
);

const READ = `
filter forward stateless default drop {
  essential off
  mark set 0x5/0xff from 10.3.0.0/16
  mark set 0x7/0xff to 10.4.0.0/16
  allow mark is 0x5/0xff
  drop mark is 0x100/0x100
  allow mark is 0x7/0xff tcp/80
}

mangle postrouting {
  dscp set 46 from 10.5.0.0/16
  dscp set 10 to 10.6.0.0/16
  count as urgent dscp is 46
  mark set 0x9 mark is 0x8
  mark set 0x8 udp/53
  mark set 0x6 mark is 0x9
}`;

type Fault = readonly [name: string, from: string | RegExp, to: string];

const [searches, marked, read] = [SEARCHES, MARKED, READ].map((policy) => policyReadBack(policy)!);

function differencesOf({ text, program }: ReadPolicy, [, from, to]: Fault): readonly string[] {
  const other = text.replace(from, to);
  expect(other, `nothing to change in\n${text}`).not.toBe(text);
  return compareWithProgram(machineOf(other), program, BUDGET).flatMap((one) =>
    one.kind === 'different' ? [one.message] : [],
  );
}

describe.each(Object.entries({ searches: searches!, marked: marked!, read: read! }))(
  '%s',
  (_name, { machine, program }) => {
    it('means what the policy says', () => {
      const compared = compareWithProgram(machine, program, BUDGET);
      expect(compared.map(({ kind }) => kind)).toEqual(compared.map(() => 'the same'));
    });
  },
);

it('reads searches as one list, in half of the memory that following each note takes', () => {
  const { machine, program } = policyReadBack(crossed(400))!;
  const compared = compareWithProgram(machine, program, 2 ** 23);
  expect(compared.map(({ kind }) => kind)).toEqual(compared.map(() => 'the same'));
});

describe('of searches side by side, finds', () => {
  it.each<Fault>([
    ['notes of others that are taken for own ones', /^\t*meta mark set meta mark & 0xffff[0-9a-f]0ff\n/m, ''],
    ['the verdict in another bit', 'meta mark & 0x100 == 0x0 meta', 'meta mark & 0x200 == 0x0 meta'],
    ['candidates taken for none', /(meta mark & 0x[0-9a-f]+) == 0x0 return/, '$1 <= 0x1000 return'],
    ['notes that are left', /meta mark set meta mark & 0x[0-9a-f]+ accept/, 'accept'],
    ['a search that is not asked', /^.*meta mark & 0x[0-9a-f]+ < 0x[0-9a-f]+ ip daddr .*\n/m, ''],
    ['a search that is asked too seldom', /(meta mark & 0x[0-9a-f]+) < 0x[0-9a-f]+ ip daddr/, '$1 < 0x400 ip daddr'],
    ['a worse candidate that goes before', /meta mark & 0x[0-9a-f]+ < 0x[0-9a-f]+ meta mark set/g, 'meta mark set'],
    [
      'a candidate that is kept over better ones',
      /(mark & 0x[0-9a-f]+) < 0x[0-9a-f]+ meta mark set/g,
      '$1 < 0x3000 meta mark set',
    ],
    ['a candidate of the other verdict', /(meta mark set meta mark & 0x[0-9a-f]+ \| 0x[0-9a-f]*)[02468ace]00/, '$1f00'],
  ])('%s', (...fault) => {
    expect(differencesOf(searches!, fault)).not.toEqual([]);
  });
});

it('takes no rule of a search that goes back to the next one for a decision', () => {
  const { text, program } = policyReadBack(`
filter forward stateless default drop {
  essential off
  count as odd from 10.0.0.0/8 tcp/1000
  drop from 10.0.0.0/8 tcp/1000
  allow to 172.16.0.0/16
}
target router {
  marks reserve 0x00ffff00
  nftables
}`)!;
  const [rules] = /(?<=goto filter_forward_later_fragments\n\n)(?!\t\t# later)[^}]*(?=\t\})/.exec(text)!;
  const searching = (ending: string): string => `
    chain searches {
      meta mark set meta mark & 0xffff80ff
      ip saddr 10.0.0.0/8 jump from_10
      meta mark & 0x7f00 < 0x200 ip daddr 172.16.0.0/16 jump to_172_16
      meta mark & 0x7f00 == 0x0 return
      meta mark & 0x100 == 0x0 meta mark set meta mark & 0xffff80ff accept
      drop
    }
    chain from_10 {
      tcp dport 1000 counter name "odd" ${ending}
    }
    chain to_172_16 {
      meta mark & 0x7f00 < 0x200 meta mark set meta mark & 0xffff80ff | 0x200 return
    }`;
  const kinds = (ending: string): readonly string[] => {
    const machine = machineOf(text.replace(rules, 'jump searches\n').replace(/\}\s*$/, `${searching(ending)}\n}\n`));
    return [...new Set(compareWithProgram(machine, program, BUDGET).map(({ kind }) => kind))];
  };
  expect(kinds('drop')).toEqual(['the same']);
  expect(kinds('return')).toContain('different');
});

describe('of fields that later rules read, finds', () => {
  it.each<Fault>([
    ['one that is asked for before it is set', /(.*\| 0x5 .*\n)([^]*?)(.*meta mark & 0xff 0x5 accept.*\n)/, '$3$2$1'],
    ['one that is set in other bits', 'meta mark & 0xffffff00 | 0x7', 'meta mark & 0xfffffe00 | 0x7'],
    ['another that is set', 'ip dscp set 46', 'ip dscp set 45'],
    ['the order of two that are set', /(.*ip dscp set 46.*\n)([^]*?)(.*ip dscp set 10.*\n)/, '$3$2$1'],
    ['a mark that is set too early', /(.*meta mark 8 meta.*\n)([^]*?)(.*meta mark set 0x8 .*\n)/, '$3$2$1'],
  ])('%s', (...fault) => {
    expect(differencesOf(read!, fault)).not.toEqual([]);
  });
});
