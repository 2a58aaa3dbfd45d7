/** `sluice stats`, with a `tc` that lists what the test wants. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runSluice, type Run } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const POLICY = `zone uplink = eth1
target router { nftables tc on eth1 }
shape uplink egress rate 100mbit {
  class voice for dscp is ef guarantee 20mbit
  class rest
  default class rest
}
`;

const listed = (id: string, bytes: number, packets: number): string =>
  `class htb ${id} parent 1:1 prio 4 rate 95bit ceil 100Mbit burst 3028b cburst 14014b
 Sent ${bytes} bytes ${packets} pkt (dropped 12, overlimits 0 requeues 0)
 backlog 4542b 3p requeues 0
`;

interface Host {
  readonly run: (...more: readonly string[]) => Promise<Run>;
  /** What tc prints, in terms of the classes' numbers. */
  readonly lists: (script: (idOf: (name: string) => string) => string) => void;
  readonly output: string;
}

async function compiled(policy = POLICY): Promise<Host> {
  const folder = temporaryFolder();
  const [path, output, tools] = ['policy.sluice', 'out', 'tools'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(path, policy);
  mkdirSync(tools);
  const { code, stderr } = await runSluice(['compile', path, '-o', output]);
  expect({ code, stderr: stderr.includes('error') }).toEqual({ code: 0, stderr: false });
  return {
    output,
    run: (...more) => runSluice(['stats', output, ...more], { environment: { PATH: `${tools}:/usr/bin:/bin` } }),
    lists: (script) => {
      const names = readFileSync(join(output, 'router/tc/classes.tsv'), 'utf8').split('\n');
      const idOf = (name: string) => names.map((line) => line.split('\t')).find((line) => line[2] === name)![1]!;
      writeFileSync(join(tools, 'tc'), `#!/bin/sh\n${script(idOf)}\n`);
      chmodSync(join(tools, 'tc'), 0o755);
    },
  };
}

const prints = (text: string): string => `cat <<'END'\n${text}END`;

test('each class is told by its name, those that sent most first', async () => {
  const host = await compiled();
  host.lists(
    (idOf) =>
      `[ "$*" = "-s class show dev eth1" ] || exit 1\n${prints(`${listed(idOf('voice'), 200_000, 200)}\n${listed(idOf('rest'), 5_014_000, 3800)}\n`)}`,
  );
  expect(await host.run()).toEqual({
    code: 0,
    stderr: '',
    stdout: `router, eth1

class      bytes          packets  dropped  waiting
rest   5,014,000  96.2 %    3,800       12        3
voice    200,000   3.8 %      200       12        3
`,
  });
  const { interfaces } = JSON.parse((await host.run('--json')).stdout) as { interfaces: unknown };
  expect(interfaces).toMatchObject([
    { target: 'router', interface: 'eth1', classes: [{ name: 'rest', packets: 3800 }, { name: 'voice' }] },
  ]);
});

test('classes of another build are missing: SL0917', async () => {
  const host = await compiled();
  host.lists((idOf) => prints(`${listed(idOf('rest'), 1, 1)}\n`));
  const { code, stderr } = await host.run();
  expect(code).toBe(0);
  expect(stderr).toContain('warning[SL0917]: `eth1` has no class `voice`');
  expect((await host.run('--strict')).code).toBe(1);
});

test('what tells nothing is an error: SL0918', async () => {
  const host = await compiled();
  host.lists(() => 'echo \'Cannot find device "eth1"\' >&2; exit 1');
  const missing = await host.run();
  expect({ ...missing, stderr: missing.stderr.split('\n')[0] }).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error[SL0918]: `tc -s class show dev eth1` does not tell what classes have sent: Cannot find device "eth1"',
  });
  host.lists(() => 'echo qdisc noqueue 0: root');
  expect((await host.run()).stderr).toContain('it lists no classes');
  expect((await host.run('--target', 'other')).stderr).toContain('no classes of a target `other`');
  const plain = await compiled('zone uplink = eth1\ntarget router { nftables }\nfilter forward default allow {}\n');
  expect((await plain.run()).stderr).toContain('holds no classes');
  expect((await runSluice(['stats', join(plain.output, 'router')])).stderr).toContain('error[SL0918]');
});

test('policers are those of all interfaces, and what one has dropped did not pass', async () => {
  const policy = POLICY.replace('egress rate 100mbit', 'ingress rate 100mbit policed').replace('guarantee', 'ceiling');
  const host = await compiled(policy);
  const policer = (id: string, packets: number, dropped: number) => {
    const [upper = '', lower = ''] = id.split(':');
    return `\taction order 0:  police 0x${upper}${lower.padStart(4, '0')} rate 20Mbit burst 610Kb mtu 64Kb action drop overhead 14b
\tref 3 bind 2  installed 6 sec used 2 sec firstused 6 sec
\tAction statistics:
\tSent ${packets * 100} bytes ${packets} pkt (dropped ${dropped}, overlimits ${dropped} requeues 0)
\tbacklog 0b 0p requeues 0
\tnot_in_hw
`;
  };
  host.lists(
    (idOf) =>
      `[ "$*" = "-s actions list action police" ] || exit 1\n${prints(`total acts 2\n\n${policer(idOf('voice'), 30, 10)}\n${policer(idOf('rest'), 90, 0)}`)}`,
  );
  const { code, stdout, stderr } = await host.run();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('router, eth1 policed');
  expect(stdout).toMatch(/rest +9,000 +75\.0 % +90 +0 +0\nvoice +3,000 +25\.0 % +20 +10 +0/);
});
