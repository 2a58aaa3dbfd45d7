import type { Tenant, TenantPrefix, Tunnel } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName, printValue } from '../../values/value/print.ts';
import { printStatement } from '../print.ts';

export function printTenant(tenant: Tenant, at: Printing): Doc {
  return at.block(tenant, `tenant ${printName(tenant.name)}`, tenant.body, (item) => {
    if (item.kind === 'tunnel') return printTunnel(item, at);
    return item.kind === 'tenant-prefix' ? printPrefix(item, at) : printStatement(item, at);
  });
}

function printTunnel({ type, from, anycast, to }: Tunnel, at: Printing): Doc {
  const origin = words('from', anycast ? 'anycast' : undefined, printValue(from, at));
  return words('tunnel', type, origin, 'to', printValue(to, at));
}

function printPrefix({ prefixes }: TenantPrefix, at: Printing): Doc {
  return words('prefix', printValue(prefixes, at));
}
