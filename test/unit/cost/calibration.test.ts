/** Constants from measurements, and the file that holds them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { calibration } from '../../../backends/nftables/calibration.ts';
import { nftables } from '../../../backends/nftables/index.ts';
import { calibrationText, readCalibration, withCalibration } from '../../../cli/inputs/calibration-file.ts';
import { calibrated } from '../../../compiler/cost/calibration.ts';
import { violations, type Schema } from '../../builders/json-schema.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';

const { constants, pricesOf, experiments } = calibration;

/** What a machine with these constants would measure, each off by a part that `noise` gives. */
function measuredBy(own: Readonly<Record<string, number>>, noise: (at: number) => number = () => 0) {
  const prices = pricesOf(own);
  return experiments().map((experiment, at) => ({
    experiment,
    nanoseconds: experiment.price(prices) * (1 + noise(at)),
  }));
}

describe('measurements', () => {
  test('of a machine are given back as its constants', () => {
    const own = Object.fromEntries(
      Object.entries(constants).map(([name, value], at) => [name, value * (0.5 + (at % 4) / 2)]),
    );
    const found = calibrated(calibration, measuredBy(own));
    const prices = [pricesOf(own), pricesOf(found)] as const;
    for (const { name, price } of experiments()) {
      const [real, fitted] = [price(prices[0]), price(prices[1])];
      expect(Math.abs(fitted / real - 1), name).toBeLessThan(0.15);
    }
  });

  test('of a machine that is three times as slow make all prices three times as high', () => {
    const slow = Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, 3 * value]));
    const found = calibrated(calibration, measuredBy(slow));
    for (const [name, value] of Object.entries(slow)) expect(found[name]! / value, name).toBeCloseTo(1, 2);
  });

  test('that scatter leave every constant above nothing', () => {
    const found = calibrated(
      calibration,
      measuredBy(constants, (at) => (at % 3) - 1.2),
    );
    expect(Object.keys(found)).toEqual(Object.keys(constants));
    expect(Math.min(...Object.values(found))).toBeGreaterThan(0);
  });
});

describe('the file', () => {
  const text = calibrationText({ kernel: '6.18' }, { nftables: { ...constants, rule: 9 } });

  function read(content: string) {
    const path = join(temporaryFolder(), 'machine.json');
    writeFileSync(path, content);
    return readCalibration(path, [nftables]);
  }

  test('gives planes their prices, and is what the schema says', () => {
    const found = read(text);
    if ('finding' in found) throw new Error(found.finding.message);
    expect(withCalibration([nftables], found.planes)[0]!.prices.rule).toBe(9);
    const schema = new URL('../../../docs/schemas/calibration.json', import.meta.url);
    expect(violations(JSON.parse(text), JSON.parse(readFileSync(schema, 'utf8')) as Schema)).toEqual([]);
  });

  test.each([
    ['no JSON', '{', 'is no calibration'],
    ['another file', '{"planes": {}}', 'is no calibration'],
    ['a later format', text.replace('"sluice-calibration": 1', '"sluice-calibration": 2'), 'is no calibration'],
    ['a price of nothing', text.replace('"rule": 9', '"rule": 0'), 'is no calibration'],
    ['a price in words', text.replace('"rule": 9', '"rule": "9"'), 'is no calibration'],
    ['another plane', text.replace('"nftables"', '"xdp"'), 'no plane with prices to calibrate'],
    ['a strange constant', text.replace('"rule": 9', '"rule": 9, "ruler": 1'), 'tells `ruler`'],
    ['one too few', text.replace('"rule": 9,', ''), 'does not tell `rule`'],
  ])('may be wrong: %s', (_, content, message) => {
    const found = read(content);
    expect('finding' in found && [found.finding.code, found.finding.message]).toEqual([
      'SL0919',
      expect.stringContaining(message) as string,
    ]);
  });
});
