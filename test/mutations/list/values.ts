/** Sets of values, and masks. */
import { mutationsOf } from '../mutation.ts';

export const values = [
  ...mutationsOf('backends/nftables/lower/values.ts', [
    {
      name: 'ranges of numbers end one early',
      original: 'parts.push(low === high ? text(low) : `${low}-${high}`);',
      replacement: 'parts.push(low === high ? text(low) : `${low}-${high - 1}`);',
      why: 'an off-by-one in a range',
    },
    {
      name: 'the last address of a set is missing',
      original: 'return { count: hosts.length, write:',
      replacement: 'return { count: hosts.length - 1, write:',
      why: 'a missing element',
    },
    {
      name: 'the last interval of a set is missing',
      original: 'count: set.intervalCount,\n    write:',
      replacement: 'count: set.intervalCount - 1,\n    write:',
      why: 'a missing element',
    },
    {
      name: 'all sets of a family are the first one',
      original: 'context.set(`${family} ${set.fingerprint()}`, wanted',
      replacement: 'context.set(`${family}`, wanted',
      why: 'a wrong set',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/prefix-mask.ts', [
    {
      name: 'masks of prefixes have one bit more',
      original: '(0xffffffff << (32 - length)) >>> 0',
      replacement: '(0xffffffff << (31 - length)) >>> 0',
      why: 'an off-by-one in a mask',
    },
    {
      name: 'masks of prefixes from the last byte on',
      original: '[24, 16, 8, 0].map',
      replacement: '[0, 8, 16, 24].map',
      why: 'a wrong byte order',
    },
  ]),
];
