/** What the names of the standard library stand for. */
import { checkPolicy } from '../../../compiler/check.ts';
import { loadModules } from '../../../compiler/1-load/modules.ts';
import { Findings } from '../../../compiler/2-resolve/findings.ts';
import { bindModules } from '../../../compiler/2-resolve/modules.ts';
import type { Resolved } from '../../../compiler/2-resolve/resolved.ts';
import type { ServiceSet } from '../../../compiler/2-resolve/service-set.ts';
import type { AddressSet } from '../../../compiler/net/address-set.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const INPUTS = inputsOfFolder(new URL('../../../stdlib/', import.meta.url), undefined);

/** The names of all modules, in order. */
export const MODULES: readonly string[] = INPUTS.standardNames.toSorted();

/** Every `let` and service of a module by its name. Throws where the module has a finding. */
export function valuesOf(module: string): ReadonlyMap<string, Resolved> {
  const source = { path: 'test.sluice', text: `use std.${module}\nfilter input default drop {}\n` };
  const findings = new Findings();
  const loaded = loadModules(source, INPUTS);
  const bound = bindModules(loaded, INPUTS, findings);
  const values = new Map<string, Resolved>();
  for (const { name, meaning, span } of bound.main.context.scope.own()) {
    if (meaning.kind !== 'let' && meaning.kind !== 'service') continue;
    values.set(name, bound.definitions.valueOf(meaning.statement, meaning.scope, span));
  }
  const found = [...loaded.diagnostics, ...findings.all(), ...checkPolicy(source, INPUTS).diagnostics];
  if (found.length > 0) throw new Error(`std.${module}: ${found.map(({ message }) => message).join('; ')}`);
  return values;
}

export function servicesIn(values: ReadonlyMap<string, Resolved>, name: string): ServiceSet {
  const value = values.get(name);
  if (value?.type !== 'services' || value.dynamic.length > 0) throw new Error(`${name} is no constant service`);
  return value.set;
}

export function addressesIn(values: ReadonlyMap<string, Resolved>, name: string): AddressSet {
  const value = values.get(name);
  if (value?.type !== 'addresses' || value.dynamic.length > 0) {
    throw new Error(`${name} is no constant set of addresses`);
  }
  return value.set;
}

export function numbersIn(values: ReadonlyMap<string, Resolved>, name: string): IntervalSet {
  const value = values.get(name);
  if (value?.type !== 'numbers' || value.dynamic.length > 0) throw new Error(`${name} is no constant set of numbers`);
  return value.set;
}
