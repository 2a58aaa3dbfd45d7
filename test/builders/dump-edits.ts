/** Dumps of real firewalls with one rule changed, and what is imported from them. */
import { readFileSync } from 'node:fs';
import fastCheck, { type Arbitrary } from 'fast-check';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import type { PolicyText } from './diff.ts';

const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');

/** Undefined where the import refuses it. */
export function importedDump(dump: string): PolicyText | undefined {
  const { written, findings } = importIptables([{ path: 'dump.save', text: dump }], { keepOpaque: true, services });
  if (!written || findings.some(({ severity }) => severity === 'error')) return undefined;
  const decoder = new TextDecoder();
  return {
    policy: written.policy,
    files: Object.fromEntries(written.files.map(({ path, bytes }) => [path, decoder.decode(bytes)])),
  };
}

const WAYS = ['moved', 'removed', 'widened'] as const;

export interface DumpEdit {
  readonly way: (typeof WAYS)[number];
  readonly rule: number;
  readonly by: number;
}

/** The dump with one of its rules changed. */
export function editedDump(dump: string, { way, rule, by }: DumpEdit): string {
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

export const dumpEdits: Arbitrary<DumpEdit> = fastCheck.record({
  way: fastCheck.constantFrom(...WAYS),
  rule: fastCheck.nat(),
  by: fastCheck.nat(),
});
