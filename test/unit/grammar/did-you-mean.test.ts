import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../../grammar/did-you-mean.ts';

describe('the closest word', () => {
  it.each([
    ['form', ['from', 'to'], 'from'],
    ['alow', ['allow', 'drop'], 'allow'],
    ['adminz', ['guests', 'admins'], 'admins'],
    ['forwrad', ['forward'], 'forward'],
    ['FORWARD', ['forward'], 'forward'],
    ['pasrt', ['part', 'past'], 'part'],
  ])('of %s', (word, candidates, expected) => {
    expect(closest(word, candidates)).toBe(expected);
  });

  it.each([
    ['web', ['dns', 'smtp']],
    ['ab', ['xy']],
    ['a', ['b']],
    ['admin', ['guests']],
    ['', ['a']],
  ])('of %s is none of %j', (word, candidates) => {
    expect(closest(word, candidates)).toBeUndefined();
    expect(didYouMean(word, candidates)).toBeUndefined();
  });

  it('is put as a question', () => {
    expect(didYouMean('frm', ['from'])).toBe('did you mean `from`?');
  });
});
