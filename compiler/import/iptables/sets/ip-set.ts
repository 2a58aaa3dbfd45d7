/** Sets of `ipset`, as `ipset save` writes them. */
import type { Span } from '../../../../grammar/source.ts';
import type { Family } from '../dump/dump.ts';

/** What a part of an element is compared with. */
export type PartKind = 'address' | 'port' | 'protocol and port' | 'interface' | 'mac' | 'mark';

export interface IpSet {
  readonly name: string;
  /** `hash:ip,port` */
  readonly type: string;
  /** What the parts of an element are; none: a list of sets. */
  readonly parts: readonly PartKind[];
  readonly family: Family;
  /** For how many seconds a new element stays where nothing else is said; undefined: no element ever goes. */
  readonly timeout: number | undefined;
  /** How many elements the set takes. */
  readonly most: number;
  /** A full set throws an element out for a new one. */
  readonly makesRoom: boolean;
  /** Addresses are cut to so many bits; undefined: they are not. */
  readonly netmask: number | undefined;
  /** An option of the set that nothing here knows to mean; undefined: there is none. */
  readonly odd: string | undefined;
  readonly elements: SetElement[];
  readonly span: Span;
}

export interface SetElement {
  /** As they are written, one for each of the set's parts; of a list of sets, the name of a member. */
  readonly parts: readonly string[];
  /** What is in this network is not in the set, unless a smaller network says so. */
  readonly isExcluded: boolean;
  /** It will be gone some time. */
  readonly expires: boolean;
  /** An option of the element that nothing here knows to mean; undefined: there is none. */
  readonly odd: string | undefined;
}

/** The types that are read, by the parts of their elements (ipset(8)). */
export const SET_TYPES: ReadonlyMap<string, readonly PartKind[]> = new Map([
  ['bitmap:ip', ['address']],
  ['bitmap:port', ['port']],
  ['hash:ip', ['address']],
  ['hash:net', ['address']],
  ['hash:mac', ['mac']],
  ['hash:ip,mac', ['address', 'mac']],
  ['hash:ip,mark', ['address', 'mark']],
  ['hash:ip,port', ['address', 'protocol and port']],
  ['hash:net,port', ['address', 'protocol and port']],
  ['hash:ip,port,ip', ['address', 'protocol and port', 'address']],
  ['hash:ip,port,net', ['address', 'protocol and port', 'address']],
  ['hash:net,port,net', ['address', 'protocol and port', 'address']],
  ['hash:net,net', ['address', 'address']],
  ['hash:net,iface', ['address', 'interface']],
  ['list:set', []],
]);
