/** NICs that are known from public documents: their bounds, what they get, and what the documents leave open. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NICS } from '../../../backends/p4/targets/index.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { violations, type Schema } from '../../builders/json-schema.ts';
import { nicBuild } from '../../builders/nic-deltas.ts';
import { compileForNic } from '../../builders/nic-files.ts';

const DOCUMENTED = ['pensando-dsc', 'ipu-e2000'];

const policyFor = (nic: string, rules: string, rest = ''): string => `zone uplink = eth0
mitigate in uplink { ${rules} }
filter forward default drop {}
${rest}
target edge { nftables p4 ${nic} on eth0 }
`;

/** Numbers with an even count of ones: no two of them are one entry under a mask. */
const apart = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => 2 * at + (at.toString(2).replaceAll('0', '').length % 2));

/** Needs an entry for each of so many addresses. */
const ruleOf = (addresses: number, net = 10): string =>
  `drop from ${apart(addresses)
    .map((at) => `${net}.0.${at >> 8}.${at & 255}`)
    .join(', ')} `;

/** How many entries of rules there are, and what is said, by code. */
function compiled(text: string): readonly [number, ReadonlyMap<string, string>] {
  const { files, diagnostics } = compileForNic(text);
  const entries = files.get('p4/entries.txtpb')!.match(/priority: /g)!.length - zonesOf(files);
  return [entries, new Map(diagnostics.map(({ code, message, hint }) => [code, `${message} ${hint}`]))];
}

function zonesOf(files: ReadonlyMap<string, string>): number {
  return files.get('p4/entries.txtpb')!.match(/table_id: 33554433\n/g)!.length;
}

it('describes NICs by the schema, each with the kinds of keys that programs cannot be without', () => {
  const path = new URL('../../../docs/schemas/p4-target.json', import.meta.url);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Schema;
  for (const nic of NICS) {
    expect(violations(nic, schema)).toEqual([]);
    expect(nic.matchKinds).toEqual(expect.arrayContaining(['exact', 'ternary']));
    expect(nic.sources).not.toEqual([]);
  }
  expect(NICS.filter(({ open }) => open).map(({ name }) => name)).toEqual(DOCUMENTED);
  expect(violations({ ...NICS[0], architecture: 'none' }, schema)).not.toEqual([]);
});

it.each(DOCUMENTED)('%s gets a program and entries for P4Runtime, and a word that nobody tried it', (nic) => {
  const { files, diagnostics, targets } = compileForNic(policyFor(nic, 'drop udp/53'));
  expect([...files.keys()]).toEqual(['p4/program.p4', 'p4/entries.txtpb', 'p4/p4info.txtpb', 'p4/split.txt']);
  expect(renderFindings(diagnostics)).toMatch(/^warning\[SL1505\]: `[\w-]+` is known from public documents alone/);
  const [head] = files.get('p4/program.p4')!.split('#include');
  expect(head).toContain(`// ${nic} is known from public documents alone`);
  for (const sentence of NICS.find(({ name }) => name === nic)!.open!) {
    expect(head!.replaceAll(/\n\/\/ +/g, ' ')).toContain(`- ${sentence}`);
  }
  const { load } = targets.flatMap(({ planes }) => planes).find(({ plane }) => plane === 'p4')!;
  expect(load).toEqual([]);
});

it.each(DOCUMENTED)('%s looks sets up under masks, not by longest prefixes', (nic) => {
  const ports = apart(4).map((at) => `udp/${1024 + at}`);
  const text = policyFor(nic, `${ruleOf(40)} ${ports.join(', ')}`);
  const keyOf = (of: string) =>
    / key = \{ .*meta\.keys\.source_ipv4: (\w+) /.exec(compileForNic(of).files.get('p4/program.p4')!)?.[1];
  expect(keyOf(text.replace(nic, 'dpdk'))).toBe('lpm');
  expect(keyOf(text)).toBe('ternary');
});

it('ipu-e2000 takes 1,023 entries in a table, and leaves the rest to the host', () => {
  const [fitting, without] = compiled(policyFor('ipu-e2000', ruleOf(1023)));
  expect([fitting, without.has('SL1503')]).toEqual([1023, false]);
  const [entries, said] = compiled(policyFor('ipu-e2000', `${ruleOf(1023)} ${ruleOf(1, 9)} udp/9`));
  expect(entries).toBe(1023);
  expect(said.get('SL1503')).toMatch(
    /^the NIC takes 1 of 2 rules for IPv4: .* `ipu-e2000` has 1024 entries in a table\. From this rule on the host decides/,
  );
});

it('ipu-e2000 tells as many zones as fit into a table, and leaves the rest to the host', () => {
  const odd = Array.from({ length: 1100 }, (_, at) => `eth0 vlan ${1 + 3 * at}`).join(', ');
  const text = policyFor('ipu-e2000', 'drop udp/53').replace('uplink = eth0', `uplink = ${odd}`);
  const { files, diagnostics } = compileForNic(text);
  expect(zonesOf(files)).toBe(1023);
  const found = diagnostics.find(({ code }) => code === 'SL1503');
  expect(`${found!.message} ${found!.hint}`).toMatch(
    /^the NIC tells the zones of 1023 of 1100 .*`ipu-e2000` has 1024 entries in a table/,
  );
});

it('pensando-dsc takes 24,000 entries in all, half of them for each family, and leaves the rest to the host', () => {
  // An entry says by which zone frames come in, and two where they go out: 11,998 are left for IPv4.
  const [entries, said] = compiled(
    policyFor('pensando-dsc', `${ruleOf(11_990)} ${ruleOf(8, 9)} udp/9 ${ruleOf(1, 12)} udp/11`),
  );
  expect(entries).toBe(11_998);
  expect(said.get('SL1503')).toMatch(
    /^the NIC takes 2 of 3 .*`pensando-dsc` has 24000 entries in all, half of them for each family/,
  );
});

it('has at most as many ports as the documents tell', () => {
  const { diagnostics } = compileForNic(
    policyFor('pensando-dsc', 'drop udp/53').replace('on eth0', 'on eth0, eth1, eth2'),
  );
  expect(diagnostics.map(({ code }) => code)).toContain('SL1502');
});

it('changes by batches of P4Runtime alone', () => {
  const one = policyFor('ipu-e2000', 'drop from 192.0.2.1');
  const former = nicBuild(one)!.files;
  const { outcome } = nicBuild(one.replace('192.0.2.1', '192.0.2.2'), former)!;
  expect(outcome).toMatchObject({ kind: 'delta', load: [] });
  expect(outcome?.kind === 'delta' && outcome.artifacts.map(({ path }) => path)).toEqual([
    'p4/delta/1.txtpb',
    'p4/delta/2.txtpb',
  ]);
  const three = policyFor('ipu-e2000', 'drop from 192.0.2.1').replace('on eth0', 'on eth0, eth1, eth2');
  const two = three.replace(', eth2', '');
  expect(nicBuild(three, nicBuild(two)!.files)!.outcome).toEqual({
    kind: 'none',
    why: 'the ports of the NIC are others',
  });
});

it('changes prefixes under masks by their lengths, as longest prefixes', () => {
  const text = policyFor('ipu-e2000', `${ruleOf(40)}, 10.64.0.0/10 udp/1024, udp/1027, udp/1029, udp/1030`);
  const { outcome } = nicBuild(
    text.replace('10.0.0.0,', '9.0.0.0,').replace('10.64.0.0/10', '10.128.0.0/9'),
    nicBuild(text)!.files,
  )!;
  if (outcome?.kind !== 'delta') throw new Error(JSON.stringify(outcome));
  const batches = outcome.artifacts.map(
    ({ content }) => /\. (Prefixes .*)\n/.exec(Buffer.concat(content).toString())?.[1],
  );
  expect(batches).toEqual([
    'Prefixes of 32 bits come, or are in other sets.',
    'Prefixes of 9 bits come, or are in other sets.',
    'Prefixes of 10 bits go.',
    'Prefixes of 32 bits go.',
  ]);
});
