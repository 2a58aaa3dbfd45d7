/** What the tables of iptables are to a policy. */
import type { TableName } from '../dump/dump.ts';

export interface TableMeaning {
  /** ACCEPT and DROP are verdicts of its blocks; elsewhere a packet only goes on. */
  readonly hasVerdicts: boolean;
  /** The block that each built-in chain becomes. */
  readonly blocks: Readonly<Record<string, string>>;
}

export const TABLE_MEANINGS: Readonly<Record<TableName, TableMeaning>> = {
  raw: { hasVerdicts: true, blocks: { PREROUTING: 'raw', OUTPUT: 'raw' } },
  mangle: {
    hasVerdicts: false,
    blocks: {
      PREROUTING: 'mangle prerouting',
      INPUT: 'mangle input',
      FORWARD: 'mangle forward',
      OUTPUT: 'mangle output',
      POSTROUTING: 'mangle postrouting',
    },
  },
  nat: { hasVerdicts: false, blocks: { PREROUTING: 'nat', OUTPUT: 'nat', POSTROUTING: 'nat' } },
  filter: {
    hasVerdicts: true,
    blocks: { INPUT: 'filter input', FORWARD: 'filter forward', OUTPUT: 'filter output' },
  },
  security: { hasVerdicts: true, blocks: {} },
};
