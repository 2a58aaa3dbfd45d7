/** `sluice test --kernel`: lines of `expect` by real packets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { tryExpectations } from '../../cli/kernel/try-expectations.ts';
import { standardModule, standardModules } from '../../cli/inputs/standard-library.ts';
import { checkPolicy } from '../../compiler/check.ts';
import type { FilterBlock } from '../../compiler/model/index.ts';
import { examineExpectations } from '../../compiler/semantics/expect.ts';
import { runSluice } from '../unit/cli/session.ts';
import { temporaryFolder } from '../unit/cli/temporary-folder.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const POLICY = `zone inside = eth0, eth2
zone uplink = eth1
memory banned(address: ip) timeout 1h keys 1000

table rooms(room: prefix4 key, public: ipv4) = { (10.1.0.0/24, 198.51.100.1), (10.1.1.0/24, 198.51.100.2) }

mitigate in uplink { drop from banned }

nat {
  each r in rooms { snat from r.room out uplink -> r.public }
}

filter forward default drop {
  reject in inside tcp/25 and count as smtp
  allow in inside out uplink from rooms.room
  allow in uplink to rooms.room tcp/22 up to 5/minute per source
}

filter input default drop {
  allow icmp echo-request
}

shape uplink egress rate 1mbit { default fair }

target edge { nftables tc on eth1 }
`;

const LINES = [
  'reject tcp 10.1.0.9:40000 -> 9.9.9.9:25 in inside out uplink counted as smtp',
  'allow tcp 10.1.0.9:40000 -> 9.9.9.9:443 in inside out uplink becomes 198.51.100.1:40000',
  'allow tcp 9.9.9.9:443 -> 10.1.0.9:40000 in uplink out inside reply',
  'allow tcp 10.1.0.9:40000 -> 9.9.9.9:443 in inside out uplink established',
  'drop tcp 9.9.9.9:443 -> 10.1.0.9:40000 in uplink out inside',
  'drop tcp 9.9.9.9:443 -> 10.1.0.9:22 in uplink out inside after 5 packets within 1s',
  'allow tcp 9.9.9.9:443 -> 10.1.0.9:22 in uplink out inside after 4 packets within 1s',
  'allow icmp echo-request 9.9.9.9 -> 192.0.2.7 in uplink',
  'drop udp [2001:db8::9]:1 -> [2001:db8::7]:53 in uplink',
];

let path: string;

beforeEach(() => {
  path = join(temporaryFolder(), 'policy.sluice');
});

function withLines(lines: readonly string[], given = 'given route 10.1.0.0/16 out inside'): string {
  return `${POLICY}expect {\n  ${given}\n  ${lines.join('\n  ')}\n}\n`;
}

interface Document {
  readonly policies: readonly { readonly kernel: readonly { readonly outcome: string; readonly message?: string }[] }[];
}

async function tried(text: string, ...options: readonly string[]) {
  writeFileSync(path, text);
  const { code, stdout } = await runSluice(['test', path, '--kernel', '--json', ...options]);
  const [policy] = (JSON.parse(stdout) as Document).policies;
  return { code, kernel: policy!.kernel };
}

describeWithKernel('sluice test --kernel', () => {
  test('carries out each line, with what came before it', async () => {
    const { code, kernel } = await tried(withLines(LINES));
    expect(kernel.map(({ message, outcome }) => message ?? outcome)).toEqual(LINES.map(() => 'held'));
    expect(code).toBe(0);
  });

  test('tells what becomes of a packet instead', async () => {
    const wrong = [
      LINES[0]!.replace('reject', 'drop'),
      LINES[1]!.replace('198.51.100.1', '198.51.100.2'),
      LINES[3]!.replace(' established', '').replace('10.1.0.9', '10.2.0.9'),
      `${LINES[1]} counted as smtp`,
    ];
    const { code, kernel } = await tried(withLines(wrong, 'given route 10.0.0.0/8 out inside'));
    expect(code).toBe(1);
    expect(kernel.map(({ message }) => message)).toEqual([
      'expected `drop`, but in the kernel the packet is rejected with a TCP reset',
      'expected `allow`, but in the kernel the packet becomes 198.51.100.1:40000 -> 9.9.9.9:443',
      'expected `allow`, but in the kernel the packet is dropped',
      'expected `allow`, but in the kernel the packet is not counted as `smtp`',
    ]);
  });

  test('finds a rule set that does something else than the reference says', async () => {
    const text = withLines(LINES.slice(4, 5));
    const { policy } = checkPolicy(
      { path: 'policy.sluice', text },
      { read: () => undefined, standard: standardModule, standardNames: standardModules(), today: undefined },
    );
    const forward: FilterBlock = { ...policy!.filters.forward!, default: { kind: 'allow' } };
    const opened = { ...policy!, filters: { ...policy!.filters, forward } };
    const { lines } = await tryExpectations(opened, examineExpectations(policy!, policy!.expectations), 0);
    expect(lines[0]?.finding?.message).toBe('expected `drop`, but in the kernel the packet is allowed out of eth0');
    expect(lines[0]?.finding?.hint).toContain('a fault of Sluice');
  });

  test('says which lines it cannot carry out', async () => {
    const lines = [
      'drop tcp 192.0.2.66:40000 -> 10.1.0.9:22 in uplink out inside',
      'drop tcp 9.9.9.9:40000 -> 10.1.0.9:23 in uplink out inside mark 1',
      'drop udp 9.9.9.9:40000 -> 224.0.0.251:5353 in uplink',
      'allow tcp 9.9.9.9:443 -> 10.1.0.9:22 in uplink out inside after 5 packets within 12001ms',
      LINES[4]!,
    ];
    const given = 'given route 10.1.0.0/16 out inside\n  given memory banned 192.0.2.66';
    const { code, kernel } = await tried(withLines(lines, given));
    expect(kernel.map(({ message }) => message?.replace('not tried in the kernel: ', ''))).toEqual([
      'what `banned` is given to hold is not put into the kernel',
      'a packet that comes in from outside has no mark yet',
      'it goes to a group, which nobody in the namespace is in',
      'what becomes of it depends on fractions of a second',
      undefined,
    ]);
    expect(code).toBe(0);
    expect((await tried(withLines(lines, given), '--strict')).code).toBe(1);
  });

  test('asks about the time only where that is now', async () => {
    const timed = `zone inside = eth0
filter forward default drop { allow in inside tcp/443 until 2026-01-01\n  allow in inside tcp/80 }
expect {
  given time 2025-12-31 12:00
  allow tcp 10.1.0.9:40000 -> 9.9.9.9:443 in inside out inside
  allow tcp 10.1.0.9:40000 -> 9.9.9.9:80 in inside out inside
}
`;
    const { kernel } = await tried(timed, '--date', '2025-12-31');
    expect(kernel.map(({ outcome }) => outcome)).toEqual(['not tried', 'held']);
  });

  test('is in the report for build servers', async () => {
    writeFileSync(path, withLines(LINES.slice(0, 1)));
    const { code, stdout, stderr } = await runSluice(['test', path, '--kernel']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`  in the kernel: 1 held\n  ok  28  ${LINES[0]}\n`);
  });

  test('says by code what the kernel does otherwise, and what was not tried: SL0941, SL0943', async () => {
    const wrong = LINES[0]!.replace('reject', 'drop');
    const untried = 'drop udp 9.9.9.9:40000 -> 224.0.0.251:5353 in uplink';
    writeFileSync(path, withLines([wrong, untried]));
    const { code, stderr } = await runSluice(['test', path, '--kernel']);
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0941]: expected `drop`, but in the kernel');
    expect(stderr).toContain('warning[SL0943]: not tried in the kernel: it goes to a group');
  });

  test('leaves planes alone that it does not load', async () => {
    writeFileSync(path, withLines(LINES.slice(0, 1)).replace('nftables', 'xdp on eth1\n  nftables'));
    const { code, stderr } = await runSluice(['test', path, '--kernel']);
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0942]: target `edge` has a part of the policy on xdp');
  });
});
