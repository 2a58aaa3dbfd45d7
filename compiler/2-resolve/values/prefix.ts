/** `10.0.0.0/8`, and suffixes under a mask: `::1:2/::ffff:ffff`. */
import type { MaskedAddressLiteral, PrefixLiteral } from '../../../grammar/ast/index.ts';
import { addressBits, addressRange, addressText } from '../address-range.ts';
import { report, type ValueContext } from '../context.ts';
import { BITS_OUTSIDE_MASK, HOST_BITS, OUT_OF_RANGE } from '../problems.ts';
import { UNKNOWN, addressFormula, addresses, type Resolved } from '../resolved.ts';

export function evaluatePrefix(literal: PrefixLiteral, context: ValueContext): Resolved {
  const { family, value, length } = literal;
  const bits = addressBits(family);
  if (length > bits) {
    report(
      context,
      OUT_OF_RANGE,
      literal.span,
      `a prefix of an IPv${family} address has at most ${bits} bits, not ${length}`,
    );
    return UNKNOWN;
  }
  const hostBits = (1n << BigInt(bits - length)) - 1n;
  const network = value & ~hostBits;
  if (network !== value) {
    const written = `${addressText(family, value)}/${length}`;
    report(context, HOST_BITS, literal.span, `\`${written}\` has bits set behind its length of ${length}`, {
      hint: `The network is \`${addressText(family, network)}/${length}\`, the host alone \`${addressText(family, value)}\`.`,
    });
    return UNKNOWN;
  }
  return addresses(addressRange(family, network, network | hostBits));
}

export function evaluateMaskedAddress(literal: MaskedAddressLiteral, context: ValueContext): Resolved {
  const { family, value, mask } = literal;
  if ((value & ~mask) !== 0n) {
    const fixed = `${addressText(family, value & mask)}/${addressText(family, mask)}`;
    report(context, BITS_OUTSIDE_MASK, literal.span, 'the address has bits set where the mask has none', {
      hint: `With these bits cleared it is \`${fixed}\`.`,
    });
    return UNKNOWN;
  }
  return addressFormula({ kind: 'masked', family, value, mask });
}
