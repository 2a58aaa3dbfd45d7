/** Services out of what was read for values. */
import type { ColumnReference, NameReference, ServiceLiteral, Value } from '../../../ast/index.ts';
import type { Grammar } from '../../../dsl.ts';
import { PROTOCOL_WORDS } from '../../../words.ts';

/** `tcp/80`, from what stands before and behind the slash; its span ends where the parser is. */
export function serviceLiteral(p: Grammar, owner: NameReference | ColumnReference, ports: Value): ServiceLiteral {
  const protocol = owner.kind === 'reference' ? owner.name : owner;
  return { kind: 'service', protocol, ports, span: p.spanFrom(owner.span.start) };
}

/** A bare `udp` is the whole protocol wherever services are meant; any other bare name is a reference. */
export function withProtocols(value: Value): Value {
  switch (value.kind) {
    case 'reference':
      if (value.name.quoted || !PROTOCOL_WORDS.has(value.name.text)) return value;
      return { kind: 'service', protocol: value.name, span: value.span };
    case 'list': {
      if (!value.items.some(mayHoldProtocol)) return value;
      return { ...value, items: value.items.map(withProtocols) };
    }
    case 'operation':
      return { ...value, left: withProtocols(value.left), right: withProtocols(value.right) };
    default:
      return value;
  }
}

function mayHoldProtocol(value: Value): boolean {
  return value.kind === 'reference' || value.kind === 'list' || value.kind === 'operation';
}
