/** One line of an `expect` block: a packet, and what must become of it. */
import type { Endpoint, Expectation as ExpectationSyntax, ExpectOption } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { lookUpKind, suggestion } from '../../2-resolve/names.ts';
import { UNKNOWN_PROTOCOL } from '../../2-resolve/problems.ts';
import { wantConstantAddresses } from '../../2-resolve/wanted/addresses.ts';
import { wantInteger } from '../../2-resolve/wanted/scalars.ts';
import { wantServices } from '../../2-resolve/wanted/services.ts';
import { ICMP4, ICMP6 } from '../../2-resolve/service-set.ts';
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import type { ExpectedEndpoint, Expectation, Zone } from '../../model/policy.ts';
import { PROTOCOL_NUMBERS, protocolName } from '../../model/protocols.ts';
import { flagBits } from '../clauses/tcp-flags.ts';
import { NUMBER_USES, dscpContext } from '../clauses/numbers.ts';
import type { RuleContext } from '../context.ts';
import { EXPECTED_ENDPOINT } from '../problems.ts';

type Option<Kind extends ExpectOption['kind']> = Extract<ExpectOption, { readonly kind: Kind }>;

export function checkExpectation(syntax: ExpectationSyntax, context: RuleContext): Expectation | undefined {
  const source = endpoint(syntax.source, context);
  const destination = endpoint(syntax.destination, context);
  const becomes = syntax.becomes && {
    source: syntax.becomes.source && endpoint(syntax.becomes.source, context),
    destination: syntax.becomes.destination && endpoint(syntax.becomes.destination, context),
  };
  const inZone = zone(syntax.in, context);
  const outZone = zone(syntax.out, context);
  const numbers = numberOptions(syntax, context);
  if (!source || !destination || inZone === 'wrong' || outZone === 'wrong' || !numbers) return undefined;
  const family = familyOf(syntax, source, destination, context);
  const protocol = family && readProtocol(syntax, family, context);
  if (!protocol || !portsFit(syntax, protocol.number, source, destination, context)) return undefined;
  const after = optionOf(syntax, 'after');
  const { verdict, reason, span } = syntax;
  return {
    span,
    verdict,
    reason,
    protocol: protocol.number,
    icmp: protocol.icmp,
    source,
    destination,
    in: inZone,
    out: outZone,
    tcpFlags: tcpFlags(syntax),
    ...numbers,
    fragment: optionOf(syntax, 'fragment')?.which,
    flow: flowOf(syntax),
    after: after && { packets: Number(after.packets.value), withinMilliseconds: after.within?.milliseconds ?? 0 },
    becomes: becomes && { source: becomes.source, destination: becomes.destination },
    socket: namesOf(syntax, 'socket')[0],
    counted: namesOf(syntax, 'counted'),
    logged: syntax.options.some((option) => option.kind === 'logged'),
  };
}

function optionOf<Kind extends ExpectOption['kind']>(syntax: ExpectationSyntax, kind: Kind): Option<Kind> | undefined {
  return syntax.options.find((option): option is Option<Kind> => option.kind === kind);
}

function flowOf(syntax: ExpectationSyntax): Expectation['flow'] {
  const kinds = new Set(syntax.options.map((option) => option.kind));
  if (kinds.has('reply')) return 'reply';
  return kinds.has('established') ? 'established' : undefined;
}

/** `to socket web`, `counted as smtp` */
function namesOf(syntax: ExpectationSyntax, kind: 'socket' | 'counted'): readonly string[] {
  return syntax.options.flatMap((option) => (option.kind === kind && 'name' in option ? [option.name.text] : []));
}

function tcpFlags(syntax: ExpectationSyntax): number | undefined {
  const flags = optionOf(syntax, 'tcp-flags');
  return flags && 'test' in flags ? flagBits(flags.test.set) : undefined;
}

function zone(name: ExpectationSyntax['in'], context: RuleContext): Zone | undefined | 'wrong' {
  return name ? (lookUpKind(name, 'zone', context)?.zone ?? 'wrong') : undefined;
}

const OPTION_NUMBERS = ['length', 'ttl', 'mark', 'dscp'] as const;

type Numbers = Readonly<Record<(typeof OPTION_NUMBERS)[number], number | undefined>>;

function numberOptions(syntax: ExpectationSyntax, context: RuleContext): Numbers | undefined {
  const found: Record<(typeof OPTION_NUMBERS)[number], number | undefined> = {
    length: undefined,
    ttl: undefined,
    mark: undefined,
    dscp: undefined,
  };
  let wrong = false;
  for (const kind of OPTION_NUMBERS) {
    const option = syntax.options.find((each) => each.kind === kind);
    if (!option || !('value' in option)) continue;
    const { title, maximum } = NUMBER_USES[kind];
    found[kind] = wantInteger(option.value, { title, minimum: 0, maximum }, dscpContext(context));
    wrong ||= found[kind] === undefined;
  }
  return wrong ? undefined : found;
}

/** One address, with or without a port. */
function endpoint(syntax: Endpoint, context: RuleContext): ExpectedEndpoint | undefined {
  const set = syntax.addresses && wantConstantAddresses(syntax.addresses, context);
  const port = syntax.ports && wantInteger(syntax.ports, { title: 'a port', minimum: 0, maximum: 65535 }, context);
  if ((syntax.addresses && !set) || (syntax.ports && port === undefined)) return undefined;
  if (!set) return { address: undefined, port };
  const [ipv4, ipv6] = [set.ipv4.singleValue(), set.ipv6.singleValue()];
  if (ipv4 !== undefined && set.ipv6.isEmpty()) return { address: { family: 4, value: BigInt(ipv4) }, port };
  if (ipv6 !== undefined && set.ipv4.isEmpty()) return { address: { family: 6, value: BigInt(ipv6) }, port };
  report(context, EXPECTED_ENDPOINT, syntax.span, 'a packet has one address here, and this is a set of several');
  return undefined;
}

function familyOf(
  syntax: ExpectationSyntax,
  source: ExpectedEndpoint,
  destination: ExpectedEndpoint,
  context: RuleContext,
): 4 | 6 | undefined {
  const family = source.address?.family;
  if (family !== undefined && family === destination.address?.family) return family;
  const message =
    family === undefined || !destination.address
      ? 'an address is missing'
      : 'the two addresses are of different families';
  report(context, EXPECTED_ENDPOINT, syntax.span, message, {
    hint: 'A packet has a source and a destination of one family: `10.1.2.3:40000 -> 203.0.113.9:443`.',
  });
  return undefined;
}

interface Protocol {
  readonly number: number;
  readonly icmp: Expectation['icmp'];
}

function readProtocol(syntax: ExpectationSyntax, family: 4 | 6, context: RuleContext): Protocol | undefined {
  const { protocol } = syntax;
  const icmpProtocol = family === 4 ? ICMP4 : ICMP6;
  if (protocol.kind === 'icmp') {
    const services = wantServices([protocol], protocol.span, context);
    const types = family === 4 ? services?.set.icmp4 : services?.set.icmp6;
    if (!services || !types) return undefined;
    if (types.isEmpty()) {
      if (services.set.protocol.contains(icmpProtocol)) return echoRequest(family);
      report(context, EXPECTED_ENDPOINT, protocol.span, `there is no such ICMP type for IPv${family}`);
      return undefined;
    }
    const first = Number(types.lowAt(0));
    return { number: icmpProtocol, icmp: { type: first >>> 8, code: first & 0xff } };
  }
  if (protocol.kind === 'integer') {
    const number = wantInteger(protocol, { title: 'a protocol', minimum: 0, maximum: 255 }, context);
    return number === undefined ? undefined : { number, icmp: undefined };
  }
  if (protocol.text === 'icmp') return echoRequest(family);
  const number = PROTOCOL_NUMBERS.get(protocol.text);
  if (number !== undefined) return { number, icmp: undefined };
  report(context, UNKNOWN_PROTOCOL, protocol.span, `\`${protocol.text}\` is no protocol`, {
    hint: suggestion(protocol.text, PROTOCOL_NUMBERS.keys()),
  });
  return undefined;
}

/** What `icmp` without a type is. */
function echoRequest(family: 4 | 6): Protocol {
  return family === 4 ? { number: ICMP4, icmp: { type: 8, code: 0 } } : { number: ICMP6, icmp: { type: 128, code: 0 } };
}

function portsFit(
  syntax: ExpectationSyntax,
  protocol: number,
  source: ExpectedEndpoint,
  destination: ExpectedEndpoint,
  context: RuleContext,
): boolean {
  const hasPorts = (PROTOCOLS_WITH_PORTS as readonly number[]).includes(protocol);
  const isLater = optionOf(syntax, 'fragment')?.which === 'later';
  const wanted = hasPorts && !isLater;
  const right = wanted
    ? source.port !== undefined && destination.port !== undefined
    : source.port === undefined && destination.port === undefined;
  if (right) return true;
  const name = protocolName(protocol);
  const message = wanted
    ? `a packet of ${name} has two ports`
    : `${isLater ? 'a later fragment' : `a packet of ${name}`} has no ports`;
  report(context, EXPECTED_ENDPOINT, syntax.span, message, {
    hint: wanted ? 'Write both: `10.1.2.3:40000 -> 203.0.113.9:443`.' : 'Leave the ports out.',
  });
  return false;
}
