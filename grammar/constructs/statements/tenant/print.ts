import type { Tenant, TenantPrefix, Tunnel } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

export function printTenant(tenant: Tenant, at: Printing): Doc {
  return at.block(tenant, `tenant ${printName(tenant.name)}`, tenant.body, (item) => {
    if (item.kind === 'tunnel') return printTunnel(item, at);
    return item.kind === 'tenant-prefix' ? printPrefix(item, at) : at.statement(item);
  });
}

function printTunnel({ type, from, anycast, to }: Tunnel, at: Printing): Doc {
  const origin = words('from', anycast ? 'anycast' : undefined, at.value(from));
  return words('tunnel', type, origin, 'to', at.value(to));
}

function printPrefix({ prefixes }: TenantPrefix, at: Printing): Doc {
  return words('prefix', at.value(prefixes));
}
