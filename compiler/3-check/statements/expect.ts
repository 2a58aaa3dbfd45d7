/** `expect { … }`: what the environment gives, and what must come out. */
import type { Expect, Expectation as ExpectationSyntax, Given as GivenSyntax } from '../../../grammar/ast/index.ts';
import { lookUpKind } from '../../2-resolve/names.ts';
import { wantConstantAddresses } from '../../2-resolve/wanted/addresses.ts';
import type { ExpectationBlock, Given } from '../../model/policy.ts';
import { AddressSet } from '../../net/address-set.ts';
import type { Written } from '../blocks/order.ts';
import type { RuleContext } from '../context.ts';
import { checkExpectation } from './expectation.ts';

export function checkExpects(written: readonly Written<Expect>[]): readonly ExpectationBlock[] {
  return written.map(({ block, context }) => {
    const given = block.body.filter((item): item is GivenSyntax => item.kind !== 'expectation');
    const expectations = block.body
      .filter((item): item is ExpectationSyntax => item.kind === 'expectation')
      .map((item) => checkExpectation(item, context));
    return {
      span: block.span,
      given: checkGiven(given, context),
      expectations: expectations.filter((item) => item !== undefined),
    };
  });
}

type Collected = { -readonly [Key in keyof Given]: Given[Key] };

type Of<Kind extends GivenSyntax['kind']> = Extract<GivenSyntax, { readonly kind: Kind }>;

type Readers = {
  readonly [Kind in GivenSyntax['kind']]: (given: Of<Kind>, into: Collected, context: RuleContext) => void;
};

const readers: Readers = {
  'given-route': (given, into, context) => {
    const to = wantConstantAddresses(given.to, context);
    const out = lookUpKind(given.out, 'zone', context)?.zone;
    if (to && out) into.routes = [...into.routes, { to, out }];
  },
  'given-address': (given, into, context) => {
    const set = wantConstantAddresses(given.addresses, context);
    const zone = given.zone && lookUpKind(given.zone, 'zone', context)?.zone;
    if (set && (zone || !given.zone)) into.addresses = [...into.addresses, { set, zone }];
  },
  'given-down': (given, into, context) => {
    const set = wantConstantAddresses(given.addresses, context);
    if (set) into.down = into.down.union(set);
  },
  'given-time': (given, into) => {
    const { year, month, day } = given.date;
    into.time = Date.UTC(year, month - 1, day) / 1000 + (given.minute ?? 0) * 60;
  },
  'given-memory': (given, into, context) => {
    const memory = lookUpKind(given.memory, 'memory', context)?.memory;
    const values = wantConstantAddresses(given.values, context);
    if (memory && values) into.memories = [...into.memories, { memory, values }];
  },
};

function checkGiven(given: readonly GivenSyntax[], context: RuleContext): Given {
  const collected: Collected = { routes: [], addresses: [], down: AddressSet.empty, time: undefined, memories: [] };
  for (const item of given) {
    const read = readers[item.kind] as (given: GivenSyntax, into: Collected, context: RuleContext) => void;
    read(item, collected, context);
  }
  return collected;
}
