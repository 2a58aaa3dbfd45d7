/** The page of `sluice explain --html` in a real browser: what is seen, what keys do, what it asks for. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageText } from '../../cli/explain-page/page.ts';
import { pageData } from '../../cli/explain-page/page-data.ts';
import type { ExplainedStep } from '../../compiler/explain/explained.ts';
import { runSluice } from '../unit/cli/session.ts';
import { Chromium, whyNoChromium } from './chromium.ts';

const NAME = '</script><script>document.title = 1</script><img src=x onerror=alert(1)>';
const POLICY = `zone inside = eth0
zone uplink = eth1
target router { nftables tc on eth1 }

table rooms(room: prefix4 key, open: port) = { (10.1.0.0/24, 22), (10.1.1.0/24, 25) }

nat { masquerade ipv4 out uplink }

filter forward default drop {
  each r in rooms { allow in uplink to r.room tcp/r.open }
  drop in inside tcp/25 and log "${NAME}" up to 5/second
  allow in inside to 198.51.100.1, 198.51.100.7, 198.51.100.9, 203.0.113.0/24, 203.0.117.0/24 out uplink
  allow in inside out uplink
}

shape uplink egress rate 100mbit {
  class voice for dscp is ef guarantee 20mbit
  class rest
  default class rest
}
`;
/** Where pictures are left for people to look at; unless set, none are. */
const pictures = process.env['SLUICE_PICTURES'];

describe.skipIf(whyNoChromium() !== undefined)('the page of explain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-browser-'));
  const page = join(folder, 'plan.html');
  let browser: Chromium;
  beforeAll(async () => {
    writeFileSync(join(folder, 'policy.sluice'), POLICY);
    const { code, stderr } = await runSluice([
      'explain',
      join(folder, 'policy.sluice'),
      '--html',
      page,
      '--svg',
      join(folder, 'plan.svg'),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    browser = await Chromium.start();
  });
  afterAll(async () => {
    await browser?.stop();
    rmSync(folder, { recursive: true });
  });

  const open = (path: string, width = 1280, scheme: 'light' | 'dark' = 'light') =>
    browser.open(path, { width, height: 900, scheme });
  /** What the focused element is called. */
  const focused = () =>
    browser.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.id');
  const textOf = (selector: string) =>
    browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  const rows = () => browser.evaluate('document.querySelectorAll("#rules-body tr").length');

  async function keepPicture(name: string): Promise<void> {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, `${name}.png`), await browser.picture());
  }

  test.each([
    ['wide', 'light', 1400],
    ['wide', 'dark', 1400],
    ['narrow', 'light', 360],
    ['narrow', 'dark', 360],
  ] as const)('%s and %s: asks for nothing, and nothing sticks out', async (name, scheme, width) => {
    expect(await open(page, width, scheme)).toEqual({ asked: [], complaints: [] });
    await keepPicture(`${name}-${scheme}`);
    expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(width);
    // Labels of the picture stay in their boxes, whatever font there is.
    const tooLong = `[...document.querySelectorAll('#plan-picture text')]
      .filter((text) => text.getBBox().x + text.getBBox().width > 272).map((text) => text.textContent)`;
    expect(await browser.evaluate(tooLong)).toEqual([]);
    const outside = `[...document.querySelectorAll('.frame')].filter((frame) =>
      frame.getBoundingClientRect().right > document.getElementById('flame-graph').getBoundingClientRect().right + 1).length`;
    expect(await browser.evaluate(outside)).toBe(0);
    const ground = await browser.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(18, 22, 28)');
  });

  test("of a NIC: its tables, and who decides by each rule; on the host's planes nothing of it", async () => {
    const nic = join(folder, 'nic.html');
    writeFileSync(
      join(folder, 'nic.sluice'),
      `zone uplink = eth0
      target router { p4 v1model on eth0 nftables }
      mitigate in uplink {
        drop from 192.0.2.0/24, 198.51.100.7 tcp/25
        drop udp over 5/second
      }`,
    );
    expect(await runSluice(['explain', join(folder, 'nic.sluice'), '--html', nic])).toMatchObject({ code: 0 });
    const choose = (plane: string) =>
      browser.evaluate(`(() => {
        const choice = document.getElementById('plane');
        choice.selectedIndex = [...choice.options].findIndex(({ text }) => text.endsWith(${JSON.stringify(plane)}));
        choice.dispatchEvent(new Event('change'));
      })()`);
    const isHidden = () => browser.evaluate('document.getElementById("device").hidden');
    const cells = (id: string) =>
      browser.evaluate(
        `[...document.getElementById('${id}').rows].map((row) => [...row.cells].map((cell) => cell.innerText))`,
      );
    for (const [width, scheme] of [
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      expect(await open(nic, width, scheme)).toEqual({ asked: [], complaints: [] });
      await choose('nftables');
      expect(await isHidden()).toBe(true);
      await choose('p4');
      expect(await isHidden()).toBe(false);
      await keepPicture(`nic-${width}`);
      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await browser.evaluate(CONTRASTS)).toEqual([]);
    }
    await open(nic);
    await choose('p4');
    expect(await textOf('#device-summary')).toMatch(/^bmv2: by 1 of 2 rules the NIC decides/);
    expect(await cells('device-tables')).toContainEqual(['source_sets_ipv4', '32-bit lpm source_ipv4', '2', '4', '64']);
    expect(await cells('device-rules')).toEqual([
      ['drop from 192.0.2.0/24, 198.51.100.7 tcp/25', '4', 'NIC', ''],
      ['drop udp over 5/second', '5', 'host', expect.stringContaining('limit')],
    ]);
  });

  test('text can be read: of 4.5 times the brightness, or a part of it, in light and dark', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await open(page, 1280, scheme);
      expect(await browser.evaluate(CONTRASTS), scheme).toEqual([]);
    }
  });

  test('shows names as text', async () => {
    await open(page);
    expect(await browser.evaluate('document.title')).toBe('policy.sluice: plan');
    expect(await browser.evaluate('document.querySelectorAll("img").length')).toBe(0);
    const texts = 'document.getElementById("rules").textContent + document.getElementById("plan-picture").textContent';
    expect(await browser.evaluate(texts)).toContain('<img src=x');
    const { asked, complaints } = await open(join(folder, 'plan.svg'));
    expect([asked, complaints]).toEqual([[], []]);
    expect(await browser.evaluate('document.querySelectorAll("parsererror, script").length')).toBe(0);
    await keepPicture('picture');
  });

  test('finds rules by words, and by nothing again', async () => {
    await open(page);
    const all = await rows();
    await browser.press('/');
    expect(await focused()).toBe('search');
    await browser.write('TCP/r.open ALLOW');
    expect(await rows()).toBe(1);
    expect(await textOf('#rules-body')).toContain('allow in uplink to r.room tcp/r.open');
    expect(await browser.evaluate('document.querySelectorAll(".frame.missed").length > 0')).toBe(true);
    await browser.press('Escape');
    expect(await rows()).toBe(all);
  });

  test('is used by keys: the graph', async () => {
    await open(page);
    await browser.evaluate('document.querySelector(".frame").focus()');
    await browser.press('ArrowDown');
    await browser.press('ArrowRight');
    const block = await focused();
    await browser.press('Enter');
    expect(await textOf('#details h3')).toBe((block as string).split(':')[0]);
    await browser.press('Enter');
    expect(await browser.evaluate('document.querySelectorAll(".frame")[1].style.width')).toBe('100%');
    await browser.press('Escape');
    expect(await browser.evaluate('document.querySelectorAll(".frame")[1].style.width')).not.toBe('100%');
  });

  test('is used by keys: the picture', async () => {
    await open(page);
    const boxes = 'document.querySelectorAll("g.step").length';
    const before = (await browser.evaluate(boxes)) as number;
    await browser.evaluate('document.querySelector("g.step").focus()');
    await browser.press('Enter');
    await browser.press('Enter');
    expect(await browser.evaluate(boxes)).toBeLessThan(before);
    await browser.press('ArrowRight');
    expect(await browser.evaluate(boxes)).toBe(before);
    await browser.press('ArrowDown');
    const below = await focused();
    await browser.press('ArrowLeft');
    expect(await focused()).not.toBe(below);
    // Each view is one stop of the Tab key.
    expect(await browser.evaluate('document.querySelectorAll("g.step[tabindex=\'0\']").length')).toBe(1);
  });

  test('shows planes that tell no times', async () => {
    await open(page);
    await browser.evaluate(
      'plane.selectedIndex = 1; plane.dispatchEvent(new Event("change")); document.getElementById("flame").hidden',
    );
    expect(await browser.evaluate('document.getElementById("flame").hidden')).toBe(true);
    expect(await textOf('#plan-picture')).toContain('shape uplink egress');
  });

  test('opens with far more than a screen holds', async () => {
    const large = join(folder, 'large.html');
    writeFileSync(large, pageText(pageData({ version: '0', policy: 'large', mainPath: '', planes: [LARGE] }), ''));
    expect(await open(large)).toEqual({ asked: [], complaints: [] });
    expect(await rows()).toBe(200);
    expect(await browser.evaluate('document.querySelectorAll("*").length')).toBeLessThan(5000);
    await browser.press('/');
    await browser.write('rule-17-399');
    expect(await rows()).toBe(1);
    await keepPicture('large');
  });
});

/** Texts on a ground from which they do not stand out: WCAG 2.1, contrast (minimum). */
const CONTRASTS = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => channels(color).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const ground = getComputedStyle(at).backgroundColor;
      if ((channels(ground)[3] ?? 1) > 0) return ground;
    }
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const pairs = [
    ...[...document.querySelectorAll('h1, h2, p, td, th, dt, dd, .frame')].map((one) => [one, getComputedStyle(one).color, groundOf(one)]),
    ...[...document.querySelectorAll('g.step text')].map((one) =>
      [one, getComputedStyle(one).fill, getComputedStyle(one.closest('g').querySelector('rect')).fill]),
  ];
  return pairs.filter(([, text, ground]) => contrast(text, ground) < 4.5).map(([one]) => one.textContent);
})()`;

/** A plan of 160,000 rules, as of a campus whose rows are rules. */
const LARGE = (() => {
  const step = (title: string, share: number, steps: readonly ExplainedStep[] = []): ExplainedStep => ({
    kind: steps.length > 0 ? 'values' : 'rule',
    title,
    lookup: steps.length > 0 ? `hash, ${steps.length} elements` : undefined,
    expense: { expected: share, worst: share },
    memory: undefined,
    share,
    rule: steps.length > 0 ? undefined : title,
    lines: [],
    steps,
    shared: undefined,
  });
  const ways = Array.from({ length: 400 }, (_, way) =>
    step(
      `way ${way}`,
      400 - way,
      Array.from({ length: 400 }, (__, rule) => step(`rule-${way}-${rule} `, (400 - way) / 500)),
    ),
  );
  const share = ways.reduce((sum, one) => sum + one.share!, 0);
  const expense = { expected: share, worst: share };
  const stage = {
    name: 'filter',
    before: [],
    default: 'drop',
    expense,
    steps: [step('by source', share, ways)],
    alternatives: [],
  };
  return { target: 'host', plane: 'nftables', stages: [stage] };
})();
