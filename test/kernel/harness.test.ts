/** The lab as a tool: many packets, rounds, one rule set after another, errors, an end without leftovers. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Lab, RulesetError } from '../../cli/lab/lab.ts';
import { encodePacket, formatFrame } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { chain, outward4, useSampleLab } from './harness/sample-lab.ts';
import { ipv4, ipv6, tcp, udp } from './harness/crafting.ts';

describeWithKernel('the kernel lab', () => {
  const sample = useSampleLab();

  test('rounds keep their observations apart', async () => {
    const rounds = [[1, 2], [], [3]].map((ids) => ids.map((id) => sample.frame(id, 'lan0', outward4, udp(53))));
    const seen = await sample.lab.send(rounds);
    expect(seen.map((round) => round.map(({ id }) => id))).toEqual([[1, 2], [], [3]]);
    await expect(
      sample.lab.send([[sample.frame(1, 'lan0', outward4, udp(1)), sample.frame(1, 'lan0', outward4, udp(2))]]),
    ).rejects.toThrow('two frames of one send have the same id');
  });

  test('20,000 packets, none lost, every one with its own fate', async () => {
    await sample.lab.load(
      chain(
        'forward',
        'ct state established accept',
        'udp dport 1000-1999 drop',
        'udp dport 2000-2999 reject',
        'tcp dport 1-999 reject with tcp reset',
      ),
    );
    const transports = [udp(500), udp(1500), udp(2500), tcp(500, 'syn'), tcp(1500, 'syn')];
    const kinds = ['forwarded', 'gone', 'icmp', 'tcp-reset', 'forwarded'];
    const frames = Array.from({ length: 20_000 }, (_, id) => {
      const host = `${(id >> 8) & 255}.${id & 255}`;
      const network =
        id % 2 === 0
          ? ipv4('10.0.0.5', `203.1.${host}`)
          : ipv6('2001:db8:a::5', `2001:db8:ffff::${host.replace('.', ':')}`);
      return sample.frame(id, 'lan0', network, transports[id % 5] ?? udp(500));
    });
    const fate = new Map<number, string>();
    for (const one of await sample.send(...frames)) {
      expect(fate.has(one.id)).toBe(false);
      fate.set(one.id, one.kind === 'rejected' ? one.with.replace(/(v6)? .*/, '') : one.kind);
    }
    const wrong = frames.filter(({ id }) => (fate.get(id) ?? 'gone') !== kinds[id % 5]);
    expect(wrong.slice(0, 5).map(({ bytes }) => formatFrame(bytes))).toEqual([]);
  });

  test('flush removes every rule set and forgets every flow, also when a rule set says `flush ruleset`', async () => {
    await sample.lab.load(
      `flush ruleset\n${chain('forward', 'ct state new udp dport 53 accept', 'ct state new drop')}`,
    );
    await sample.send(sample.frame(1, 'lan0', outward4, udp(53)));
    expect(await sample.lab.exec(['conntrack', '-C'])).toBe('1\n');
    await sample.lab.flush();
    expect(await sample.lab.exec(['nft', 'list', 'tables'])).toBe('table inet sluice_harness\n');
    expect(await sample.lab.exec(['conntrack', '-C'])).toBe('0\n');
    expect(await sample.fates(sample.frame(2, 'lan0', ipv4('10.0.0.5', '10.0.0.1'), udp(53)))).toHaveLength(1);
  });

  test('a rule set that nft refuses is reported with the line at fault', async () => {
    const refused = sample.lab.load('table inet t {\n  chain c {\n    bogus 5 accept\n  }\n}\n');
    await expect(refused).rejects.toThrow(RulesetError);
    await expect(refused).rejects.toThrow(/:3:\d+-\d+: Error[^]*bogus 5 accept/);
  });

  test('two labs at the same time do not see each other, and nothing is left of one that is destroyed', async () => {
    const other = await Lab.create({ interfaces: [{ name: 'lan0', addresses: ['10.0.0.1/24'] }] });
    expect(other.routerProcess).not.toBe(sample.lab.routerProcess);
    const packet = encodePacket(ipv4('10.0.0.9', '10.0.0.1'), udp(5), 1);
    const [here, there] = await Promise.all([sample.send(), other.send([[other.frame(1, 'lan0', packet)]])]);
    expect(here).toEqual([]);
    expect(there.flat().map(({ kind }) => kind)).toEqual(['delivered']);
    await other.destroy();
    await expect(other.exec(['ip', 'link'])).rejects.toThrow('No such file');
  });

  test('when the agent is killed its namespaces go, and the caller is told', async () => {
    const other = await Lab.create({ interfaces: [{ name: 'lan0', addresses: ['10.0.0.1/24'] }] });
    const outside = readFileSync(`/proc/${other.routerProcess}/task/${other.routerProcess}/children`, 'utf8');
    expect(outside).toMatch(/^\d+ \d+ $/);
    const waiting = expect(other.settle(60_000)).rejects.toThrow("the lab's agent ended (SIGKILL)");
    process.kill(other.routerProcess, 'SIGKILL');
    await waiting;
    for (const child of outside.trim().split(' ')) {
      while (isAlive(child)) await setTimeout(5);
    }
    await expect(other.flush()).rejects.toThrow();
    await other.destroy();
  });

  test('a lab that cannot be built says why', async () => {
    await expect(createWith('a name', '10.0.0.1/24')).rejects.toThrow("'a name' is no name for an interface");
    await expect(createWith('lan0', '10.0.0.1/40')).rejects.toThrow('10.0.0.1/40');
    const sysctls = { 'net.ipv4.no_such_setting': '1' };
    await expect(Lab.create({ interfaces: [], sysctls })).rejects.toThrow('/proc/sys/net/ipv4/no_such_setting');
  });
});

const createWith = (name: string, address: string) => Lab.create({ interfaces: [{ name, addresses: [address] }] });

/** A process that ended counts as alive until its parent has taken note of it. */
function isAlive(processId: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${processId}/status`, 'utf8'));
  } catch {
    return false;
  }
}
