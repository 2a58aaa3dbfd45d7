/** Dumps of real firewalls against copies with one rule moved, removed or widened: exactly the packets that change are reported. */
import { readFileSync } from 'node:fs';
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import { packetsForPrograms } from '../arbitraries/program-packet.ts';
import { programOf, type PolicyText } from '../builders/diff.ts';
import { nothingSeen, requireExact } from '../builders/diff-check.ts';
import { count } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');

function imported(dump: string): PolicyText | undefined {
  const { written, findings } = importIptables([{ path: 'dump.save', text: dump }], { keepOpaque: true, services });
  if (!written || findings.some(({ severity }) => severity === 'error')) return undefined;
  const decoder = new TextDecoder();
  return {
    policy: written.policy,
    files: Object.fromEntries(written.files.map(({ path, bytes }) => [path, decoder.decode(bytes)])),
  };
}

const WAYS = ['moved', 'removed', 'widened'] as const;

interface Edit {
  readonly way: (typeof WAYS)[number];
  readonly rule: number;
  readonly by: number;
}

/** The dump with one of its rules changed. */
function edited(dump: string, { way, rule, by }: Edit): string {
  const lines = dump.split('\n');
  const rules = lines.flatMap((line, at) => (line.startsWith('-A ') ? [at] : []));
  const at = rules[rule % rules.length]!;
  const line = lines[at]!;
  if (way === 'removed') return lines.toSpliced(at, 1).join('\n');
  if (way === 'widened') return lines.with(at, widened(line, by)).join('\n');
  const [, chain] = line.split(' ');
  const others = rules.filter((other) => lines[other]!.startsWith(`-A ${chain} `));
  return lines
    .toSpliced(at, 1)
    .toSpliced(others[by % others.length]!, 0, line)
    .join('\n');
}

/** A network of twice, or 16 times as many addresses; a range of ports; or any interface. */
function widened(line: string, by: number): string {
  const bits = by % 2 === 0 ? 1 : 4;
  if (/ -[sd] \S+\/\d+/.test(line)) {
    return line.replace(/( -[sd] )(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)/, (_, word: string, ...parts: string[]) => {
      const [a = 0, b = 0, c = 0, d = 0, length = 0] = parts.map(Number);
      const wider = Math.max(0, length - bits);
      const address = (((a * 256 + b) * 256 + c) * 256 + d) & ~(2 ** (32 - wider) - 1);
      return `${word}${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')}/${wider}`;
    });
  }
  if (/--dport \d+( |$)/.test(line)) {
    return line.replace(
      /--dport (\d+)/,
      (_, port: string) => `--dport ${port}:${Math.min(65_535, Number(port) + 100)}`,
    );
  }
  return line.replace(/ -[io] \S+/, '');
}

it.for(['office', 'company'])('of %s', (name, context) => {
  const dump = new TextDecoder().decode(sharedBytes(context, `data/iptables/${name}.save`));
  const first = imported(dump)!;
  const old = programOf(first)!;
  const seen = { ...nothingSeen(), edits: 0 };
  const edits = fastCheck.record({ way: fastCheck.constantFrom(...WAYS), rule: fastCheck.nat(), by: fastCheck.nat() });
  fastCheck.assert(
    fastCheck.property(edits, fastCheck.nat(), (edit, seed) => {
      const second = imported(edited(dump, edit));
      const later = second && programOf(second);
      fastCheck.pre(second !== undefined && later !== undefined);
      const packets = fastCheck.sample(packetsForPrograms([old, later], false), { numRuns: 60, seed });
      requireExact(old, later, packets, JSON.stringify(edit), seen);
      seen.edits++;
    }),
    { numRuns: count(6, 100) },
  );
  expect(seen.edits).toBeGreaterThan(0);
  expect(seen.same).toBeGreaterThan(0);
  if (count(0, 1) === 1) for (const number of Object.values(seen)) expect(number).toBeGreaterThan(0);
});
