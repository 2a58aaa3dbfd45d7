/**
 * What finding rules that no packet reaches takes: Capirca's and Aerleon's shade check, which compares terms in pairs, and `sluice lint`,
 * which asks all of its questions, on the same rules. The first 2,000 rules of ClassBench sets that are for TCP, UDP or any protocol;
 * processor seconds of a process that reads the policy and checks it. A peer is used where `SLUICE_PYTHON` (else `python3`) can import it
 * (`pip install capirca aerleon`); `SLUICE_BENCH_SETS=fw1,ipc2` measures only these, `SLUICE_BENCH_RULES` so many of their rules.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  CLASSBENCH_SEEDS,
  classbenchPath,
  classbenchPolicy,
  isAnyPort,
  prefixText,
  readClassbench,
  type ClassbenchRule,
  type PortRange,
  type Prefix,
} from '../builders/classbench.ts';
import { sharedBytes } from '../shared-data.ts';
import { command } from './compiled-by-command.ts';

const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;
const count = Number(process.env['SLUICE_BENCH_RULES'] ?? 2000);
const python = process.env['SLUICE_PYTHON'] ?? 'python3';
const PEERS = ['capirca', 'aerleon'] as const;
type Peer = (typeof PEERS)[number];

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
]);

/** What their own commands do with a policy before they write files; both have this interface. */
const SHADE_CHECK = `
import sys, logging
from PEER.lib import naming, policy
logging.disable(logging.NOTSET)
definitions = naming.Naming(sys.argv[1])
try:
    policy.ParsePolicy(open(sys.argv[2]).read(), definitions, optimize=True, shade_check=True)
except policy.ShadingError as error:
    print(error, file=sys.stderr)
`;

interface Checked {
  readonly seconds: number;
  /** Numbers of the rules that are said to be reached by no packet. */
  readonly unreached: ReadonlySet<number>;
}

for (const seed of seeds) {
  test(`${seed}: rules that no packet reaches`, (context) => {
    const all = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '10k'))));
    const rules = all.map((rule) => ({ ...rule, tcpFlags: undefined, icmp: undefined })).filter(isForPeers);
    const folder = mkdtempSync(join(tmpdir(), 'sluice-lint-peers-'));
    try {
      const asked = rules.slice(0, count);
      const own = checkedBySluice(folder, asked);
      const peers = PEERS.flatMap((peer) => (has(peer) ? [{ peer, ...checkedBy(peer, folder, asked) }] : []));
      const told = peers.map(
        ({ peer, seconds, unreached }) => `${peer} ${seconds.toFixed(1)} s, ${unreached.size} rules`,
      );
      console.log(
        [
          `${seed}, ${asked.length} rules: sluice ${own.seconds.toFixed(1)} s, ${own.unreached.size} rules`,
          ...told,
        ].join('; '),
      );
      const missed = peers.flatMap(({ peer, unreached }) =>
        [...unreached].filter((rule) => !own.unreached.has(rule)).map((rule) => `${peer}: rule ${rule}`),
      );
      expect.soft(missed).toEqual([]);
      for (const peer of PEERS.filter((one) => !has(one))) console.log(`${peer}: ${python} cannot import it`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function isForPeers({ protocol }: ClassbenchRule): boolean {
  return protocol === undefined || PROTOCOLS.has(protocol);
}

function has(peer: Peer): boolean {
  return spawnSync(python, ['-c', `import ${peer}.lib.policy`]).status === 0;
}

function checkedBySluice(folder: string, rules: readonly ClassbenchRule[]): Checked {
  const path = join(folder, 'policy.sluice');
  writeFileSync(path, classbenchPolicy(rules));
  const words = [process.execPath, command, 'lint', path, '--date', '2026-06-01', '--json', '--fail-on', 'never'];
  const { seconds, stdout } = processorSeconds(folder, words);
  const { files } = JSON.parse(stdout) as {
    readonly files: readonly { readonly findings: readonly { rule: string; place: { start: { line: number } } }[] }[];
  };
  const findings = files.flatMap((file) => file.findings).filter(({ rule }) => rule === 'unreachable');
  // The rules stand behind the block's first line and `essential off`.
  return { seconds, unreached: new Set(findings.map(({ place }) => place.start.line - 3)) };
}

function checkedBy(peer: Peer, folder: string, rules: readonly ClassbenchRule[]): Checked {
  const names = new Map<string, string>();
  writeFileSync(
    join(folder, 'policy.pol'),
    `header {\n  target:: iptables FORWARD DROP\n}\n${rules.map((rule, at) => termOf(rule, at, names)).join('')}`,
  );
  const named = [...names].map(([value, name]) => `${name} = ${value}\n`);
  writeFileSync(join(folder, 'NETWORKS.net'), named.filter((line) => line.startsWith('NET')).join(''));
  writeFileSync(join(folder, 'SERVICES.svc'), named.filter((line) => line.startsWith('PORT')).join(''));
  const words = [python, '-c', SHADE_CHECK.replace('PEER', peer), folder, join(folder, 'policy.pol')];
  const { seconds, stderr } = processorSeconds(folder, words);
  return { seconds, unreached: new Set([...stderr.matchAll(/rule-(\d+) is shaded by/g)].map(([, at]) => Number(at))) };
}

/** A rule as a term of both peers; its prefixes and ports get names, as they must have. */
function termOf(rule: ClassbenchRule, at: number, names: Map<string, string>): string {
  const protocols = rule.protocol === undefined ? [...PROTOCOLS.values()] : [PROTOCOLS.get(rule.protocol)!];
  const named = (kind: string, value: string): string => {
    const name = names.get(value) ?? `${kind}_${names.size}`;
    names.set(value, name);
    return name;
  };
  const network = (prefix: Prefix) => named('NET', prefixText(prefix));
  const ports = ([low, high]: PortRange) =>
    named('PORT', protocols.map((protocol) => `${low === high ? low : `${low}-${high}`}/${protocol}`).join(' '));
  const isSome = (range: PortRange) => !isAnyPort(range);
  const lines = [
    ...(rule.source.length > 0 ? [`source-address:: ${network(rule.source)}`] : []),
    ...(rule.destination.length > 0 ? [`destination-address:: ${network(rule.destination)}`] : []),
    ...(isSome(rule.sourcePorts) ? [`source-port:: ${ports(rule.sourcePorts)}`] : []),
    ...(isSome(rule.destinationPorts) ? [`destination-port:: ${ports(rule.destinationPorts)}`] : []),
    ...(rule.protocol !== undefined || isSome(rule.sourcePorts) || isSome(rule.destinationPorts)
      ? [`protocol:: ${protocols.join(' ')}`]
      : []),
    `action:: ${rule.verdict === 'allow' ? 'accept' : 'deny'}`,
  ];
  return `term rule-${at} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function processorSeconds(
  folder: string,
  words: readonly string[],
): { seconds: number; stdout: string; stderr: string } {
  const log = join(folder, 'time');
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %S', '-o', log, ...words], {
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
  });
  if (status !== 0) throw new Error(stderr.slice(-2000));
  const [user, system] = readFileSync(log, 'utf8').trim().split(' ').map(Number);
  return { seconds: user! + system!, stdout, stderr };
}
