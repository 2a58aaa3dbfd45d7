/** NICs, each described by a file: what its tables can do and hold. docs/schemas/p4-target.json is the files' schema. */
import bmv2 from './bmv2.json' with { type: 'json' };

export interface NicDescription {
  readonly name: string;
  readonly description: string;
  /** A folder of `emit/` writes for it: what the target's line says behind `p4`. */
  readonly architecture: string;
  /** Bits of a port's number. */
  readonly portBits: number;
  readonly limits: {
    readonly entriesPerTable: number;
    readonly keyBitsPerTable: number;
    /** Of all tables: entries × key width. */
    readonly tcamBits: number;
  };
  readonly matchKinds: readonly string[];
  /** Where the figures come from. */
  readonly sources: readonly string[];
}

export const NICS: readonly NicDescription[] = [bmv2];

export function nicFor(architecture: string): NicDescription | undefined {
  return NICS.find((nic) => nic.architecture === architecture);
}

/** Half of the ports lead to the host; of the last number, v1model drops frames. */
export function mostPorts({ portBits }: NicDescription): number {
  return 2 ** (portBits - 1) - 1;
}
