/** Does the kernel treat packets under an imported dump as it does under the dump itself? */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastCheck from 'fast-check';
import { expect, test, type TestContext } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import type { Family } from '../../compiler/import/iptables/dump/dump.ts';
import { readDump } from '../../compiler/import/iptables/dump/read-dump.ts';
import { PROBLEMS } from '../../compiler/import/iptables/problems.ts';
import { importIptables, type ImportOptions } from '../../compiler/import/iptables/import.ts';
import type { Policy } from '../../compiler/model/policy.ts';
import { needsTracking } from '../../compiler/semantics/needs.ts';
import { randomDump } from '../arbitraries/dump.ts';
import { sharedBytes } from '../shared-data.ts';
import { count, seed } from '../sampling.ts';
import { buildPolicy } from './conformance/build.ts';
import { drawWith } from './conformance/draw.ts';
import { drawScript } from './conformance/draw-script.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { compareRouters, type Dumps } from './import/compare.ts';
import { networkOf } from './import/dump-network.ts';
import { withSteadyRates } from './import/steady-rates.ts';

const PACKETS = count(2000, 100_000);
const DUMPS = count(12, 200);
const PACKETS_A_DUMP = 400;
const PACKETS_A_CASE = count(400, 10_000);
const MOST_PACKETS_A_LAB = 5000;
/** Linux forgets some connections that it counted a few ticks later: among many, the counts of two routers part. */
const PACKETS_OF_CONNECTIONS = 400;
/** Flows that want an address and port that another has get a port at random: among many of one host, two runs of one dump part. */
const MOST_PACKETS_BY_CHANCE = 400;

/** Cases of `test/cases/import` that the kernel takes, and in which it draws no lots. */
const CASES = [
  'both-families',
  'chains',
  'connections',
  'dropping-policies-opaque',
  'firewalld-opaque',
  'home-router',
  'later-fragments-opaque',
  'limited-before-port',
  'limited-jump',
  'marks-opaque',
  'nat-marks-opaque',
  'nat-opaque',
  'negations-opaque',
  'order-of-matches',
  'policies',
  'sets',
  'shared-limit',
  'shared-limit-kinds',
  'tables-ipv6',
  'tables-stations',
  'translated-states-opaque',
];

/** A folder with dumps of one's own, an `iptables-save` or `ip6tables-save` a file: `SLUICE_DUMPS=~/dumps`. */
const OWN_DUMPS = process.env['SLUICE_DUMPS'];

const services = readFileSync(new URL('../../stdlib/services.sluice', import.meta.url), 'utf8');
const options: ImportOptions = { keepOpaque: true, services };

/** Whether what the host sends to itself passes by the policy, and not by the dump. */
function warnsOfLoopback({ findings }: ReturnType<typeof importIptables>): boolean {
  return findings.some(({ code }) => code === PROBLEMS.loopback.code);
}

/** So many packets, around the edges of what the policy says, meet the same under the dumps and under the policy. */
async function agree(dumps: Dumps, packets: number, most = MOST_PACKETS_A_LAB): Promise<void> {
  const text = `${dumps[4] ?? ''}${dumps[6] ?? ''}`;
  const { policy, ruleset, text: imported } = buildFrom(dumps);
  const network = networkOf(text);
  for (let compared = 0, part = 0; compared < packets; part++) {
    const length = Math.min(packets, most);
    const script = drawWith(seed + part, (draw) => drawScript(policy, network, draw, length));
    const comparison = await compareRouters(network, dumps, ruleset, script);
    expect(comparison.differences.slice(0, 10).join('\n'), imported).toBe('');
    if (OWN_DUMPS === undefined) {
      expect(comparison.forwarded + comparison.delivered).toBeGreaterThan(comparison.compared / 50);
    }
    compared += comparison.compared;
  }
}

describeWithKernel('imported dumps', () => {
  for (const name of ['home_router', 'server', 'testbed', 'office', 'company']) {
    test(`${name}.save`, async (context) => {
      needsLegacy(context);
      const text = withSteadyRates(new TextDecoder().decode(sharedBytes(context, `data/iptables/${name}.save`)));
      await agree({ 4: text }, PACKETS);
    });
  }

  for (const name of CASES) {
    test(`the case ${name}`, async (context) => {
      needsLegacy(context);
      const read = (file: string): string | undefined => {
        const path = new URL(`../cases/import/${name}/${file}`, import.meta.url);
        return existsSync(path) ? withSteadyRates(readFileSync(path, 'utf8')) : undefined;
      };
      const [four, six, sets] = [read('input.save'), read('input6.save'), read('sets.save')];
      if (sets !== undefined) needs(context, 'ipset');
      const texts = [four, six].filter((text) => text !== undefined);
      const dumps = [...texts, ...(sets === undefined ? [] : [sets])].map((dump, at) => ({
        path: `${at}`,
        text: dump,
      }));
      await agree(
        {
          ...(four === undefined ? {} : { 4: four }),
          ...(six === undefined ? {} : { 6: six }),
          ...(sets === undefined ? {} : { sets: withoutTimed(sets) }),
          withoutLoopback: warnsOfLoopback(importIptables(dumps, options)),
        },
        name === 'connections' ? PACKETS_OF_CONNECTIONS : PACKETS_A_CASE,
        name === 'nat-opaque' ? MOST_PACKETS_BY_CHANCE : undefined,
      );
    });
  }

  for (const name of OWN_DUMPS === undefined ? [] : readdirSync(OWN_DUMPS)) {
    test(`${name} of one's own`, async (context) => {
      needsLegacy(context);
      const dump = readFileSync(join(OWN_DUMPS!, name), 'utf8');
      // The kernel takes no burst of many hours.
      const texts = ['1/hour', '1/minute'].map((rate) => withSteadyRates(dump, rate));
      const imports = texts.map((text) => importIptables([{ path: name, text }], options));
      const at = imports.findIndex(({ written }) => written !== undefined);
      context.skip(at < 0, 'the import refuses it');
      const text = texts[at]!;
      const family = readDump({ path: name, text }).tables[0]?.family ?? 4;
      context.skip(!isTaken(family, text), 'iptables-legacy-restore refuses it here');
      const withoutLoopback = warnsOfLoopback(imports[at]!);
      await agree({ [family]: text, withoutLoopback }, PACKETS);
    });
  }

  test(`${DUMPS} random dumps`, async (context) => {
    needsLegacy(context);
    let [compared, refused] = [0, 0];
    const property = fastCheck.asyncProperty(randomDump, fastCheck.nat(), async (dump, draw) => {
      const { written, findings } = importIptables([{ path: 'random.save', text: dump }], options);
      if (!written) {
        refused += 1;
        expect(findings.map(({ code }) => code)).toContain('SL0804');
        return;
      }
      const { policy, ruleset, text } = buildFrom({ 4: dump });
      // Rules that nothing leads to are left out, which is told; iptables tracks for them all the same, and puts fragments together.
      if (/ -m (conntrack|state) /.test(dump) && !needsTracking(policy, 4)) return;
      const network = networkOf(dump);
      const script = drawWith(draw, (from) => drawScript(policy, network, from, PACKETS_A_DUMP));
      const comparison = await compareRouters(network, { 4: dump }, ruleset, script);
      compared += comparison.compared;
      expect(comparison.differences.slice(0, 3).join('\n'), `${dump}\n${text}`).toBe('');
    });
    await fastCheck.assert(property, { numRuns: DUMPS, endOnFailure: true });
    expect(compared).toBeGreaterThan((DUMPS * PACKETS_A_DUMP) / 4);
    // Every other one has a goto or a way out of a chain behind a limit, which a policy cannot say.
    expect(refused).toBeLessThan((DUMPS * 2) / 3);
  });
});

interface Imported {
  readonly policy: Policy;
  readonly ruleset: string;
  /** The policy as it was written. */
  readonly text: string;
}

function buildFrom(dumps: Dumps): Imported {
  const sources = ([4, 6, 'sets'] as const).flatMap((kind) => {
    const text = dumps[kind];
    return text === undefined ? [] : [{ path: `dump${kind}.save`, text }];
  });
  const { written, findings } = importIptables(sources, options);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const files = Object.fromEntries(written!.files.map((file) => [file.path, new TextDecoder().decode(file.bytes)]));
  const result = buildPolicy({ policy: written!.policy, files });
  if (result.kind === 'refused') {
    throw new Error(`${renderFindings(result.diagnostics)}\n${written!.policy}`);
  }
  return { policy: result.built.policy, ruleset: result.built.ruleset, text: written!.policy };
}

function isTaken(family: Family, text: string): boolean {
  const command = family === 4 ? 'iptables-legacy-restore' : 'ip6tables-legacy-restore';
  return spawnSync('unshare', ['-n', command], { input: text }).status === 0;
}

/** Entries that time out are none of the policy's. */
function withoutTimed(sets: string): string {
  return sets.replaceAll(/^add .* timeout \d+\n/gm, '');
}

function needsLegacy(context: TestContext): void {
  needs(context, 'iptables-legacy-restore');
}

function needs(context: TestContext, command: string): void {
  context.skip(spawnSync(command, ['--version']).status !== 0, `needs the command ${command}`);
}
