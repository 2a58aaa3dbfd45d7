/** `tcp/80`, `udp`, `proto 99`, `f.proto/f.port` */
import type { ServiceLiteral } from '../../../grammar/ast/index.ts';
import type { Cell } from '../../model/condition.ts';
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import { PROTOCOL_NUMBERS, protocolName } from '../../model/protocols.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { evaluate, report, type ValueContext } from '../context.ts';
import { mapFormula } from '../formula.ts';
import { suggestion } from '../names.ts';
import { NEEDS_EACH, NO_PORTS, OUT_OF_RANGE, UNKNOWN_PROTOCOL, WRONG_TYPE } from '../problems.ts';
import { RESOLVED_TITLES, UNKNOWN, services, type NumberValues, type Resolved, type ServiceLeaf } from '../resolved.ts';
import { NO_SERVICES, ICMP4, ICMP6, ServiceSet } from '../service-set.ts';
import { fitNumbers, wantNumbers, type NumberUse } from '../wanted/numbers.ts';

export const PORT_USE: NumberUse = { width: 16, maximum: 65535, title: 'a port' };

const ICMP_OF_BOTH: readonly number[] = [ICMP4, ICMP6];

export function evaluateService(literal: ServiceLiteral, context: ValueContext): Resolved {
  const protocol = readProtocol(literal, context);
  if (protocol === undefined) return UNKNOWN;
  const ports = literal.ports === undefined ? undefined : readPorts(literal, context);
  if (ports === 'wrong') return UNKNOWN;
  if (Array.isArray(protocol)) {
    return ports ? withoutPorts(literal, protocol, context) : services(wholeProtocols(protocol));
  }
  if (!ports) {
    return formulas([{ kind: 'service cell', protocol: protocol as Cell, port: undefined }]);
  }
  return protocolAndPorts(protocol as Cell | number, ports);
}

/** A number, a cell, or the several protocols that one word stands for. */
function readProtocol(literal: ServiceLiteral, context: ValueContext): readonly number[] | number | Cell | undefined {
  const { protocol } = literal;
  if (protocol.kind === 'column') return readProtocolCell(literal, context);
  if (protocol.kind === 'integer') {
    if (protocol.value > 255n) {
      report(context, OUT_OF_RANGE, protocol.span, `protocols end at 255, so there is no protocol ${protocol.value}`);
      return undefined;
    }
    return single(Number(protocol.value), literal);
  }
  if (protocol.text === 'icmp') return ICMP_OF_BOTH;
  const number = PROTOCOL_NUMBERS.get(protocol.text);
  if (number !== undefined) return single(number, literal);
  report(context, UNKNOWN_PROTOCOL, protocol.span, `\`${protocol.text}\` is no protocol`, {
    hint: suggestion(
      protocol.text,
      PROTOCOL_NUMBERS.keys(),
      'A protocol without a name is written by number: `proto 253`.',
    ),
  });
  return undefined;
}

function single(protocol: number, literal: ServiceLiteral): readonly number[] | number {
  const hasPorts = (PROTOCOLS_WITH_PORTS as readonly number[]).includes(protocol);
  return literal.ports !== undefined && hasPorts ? protocol : [protocol];
}

function readProtocolCell(literal: ServiceLiteral, context: ValueContext): Cell | undefined {
  const { protocol } = literal;
  const value = protocol.kind === 'column' ? evaluate(protocol, context) : UNKNOWN;
  if (value.type === 'unknown') return undefined;
  const cell = value.type === 'numbers' ? value.dynamic[0] : undefined;
  if (cell?.kind === 'cell') return cell;
  if (value.type === 'numbers') {
    report(context, NEEDS_EACH, protocol.span, 'protocols of a whole column do not belong to one port each', {
      hint: 'Go row by row: `each row in table { … row.proto/row.port … }`.',
    });
  } else {
    report(context, WRONG_TYPE, protocol.span, `${RESOLVED_TITLES[value.type]} is no protocol`);
  }
  return undefined;
}

function readPorts(literal: ServiceLiteral, context: ValueContext): NumberValues | 'wrong' {
  if (literal.ports === undefined) return 'wrong';
  const ports = wantNumbers(literal.ports, PORT_USE, context);
  return ports && fitNumbers(ports.set, PORT_USE, literal.ports, context) ? ports : 'wrong';
}

function withoutPorts(literal: ServiceLiteral, protocols: readonly number[], context: ValueContext): Resolved {
  const name = protocols === ICMP_OF_BOTH ? 'icmp' : protocolName(protocols[0] ?? 0);
  const isIcmp = protocols.includes(ICMP4) || protocols.includes(ICMP6);
  report(context, NO_PORTS, literal.span, `\`${name}\` has no ports`, {
    hint: isIcmp ? 'ICMP has types: `icmp echo-request`, `icmp4 3/4`, `icmp6 128`.' : `Write \`${name}\` alone.`,
  });
  return UNKNOWN;
}

function wholeProtocols(protocols: readonly number[]): ServiceSet {
  return ServiceSet.of({
    protocol: IntervalSet.fromIntervals(
      8,
      protocols.map((protocol) => [protocol, protocol] as const),
    ),
  });
}

function formulas(dynamic: readonly ServiceLeaf[]): Resolved {
  return { type: 'services', set: NO_SERVICES, dynamic, orEmpty: false };
}

function protocolAndPorts(protocol: Cell | number, ports: NumberValues): Resolved {
  const ofSet = (set: IntervalSet): ServiceLeaf => {
    const narrow = IntervalSet.fromIntervals(16, set.bigintIntervals());
    return typeof protocol === 'number'
      ? { kind: 'set', set: ServiceSet.of({ service: servicesOf(protocol, narrow) }) }
      : { kind: 'service cell', protocol, port: narrow };
  };
  const dynamic = ports.dynamic.map((formula) =>
    mapFormula(formula, (leaf): ServiceLeaf =>
      leaf.kind === 'cell' ? { kind: 'service cell', protocol, port: leaf } : ofSet(leaf.set),
    ),
  );
  const constant = ofSet(ports.set);
  const { orEmpty } = ports;
  if (constant.kind === 'set') return { type: 'services', set: constant.set, dynamic, orEmpty };
  const all = ports.set.isEmpty() ? dynamic : [constant, ...dynamic];
  return { type: 'services', set: NO_SERVICES, dynamic: all, orEmpty };
}

/** Services of one protocol: protocol × 65536 + port. */
function servicesOf(protocol: number, ports: IntervalSet): IntervalSet {
  const base = protocol * 65536;
  const intervals: [number, number][] = [];
  for (const [low, high] of ports.numberIntervals()) intervals.push([base + low, base + high]);
  return IntervalSet.fromIntervals(24, intervals);
}
