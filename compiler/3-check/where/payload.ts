/** `payload[0..3] == 0xdeadbeef`, `payload[0..2] == "GET"` */
import type { PayloadSlice, Value } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { reportType } from '../../2-resolve/wanted/report-type.ts';
import { evaluate } from '../../2-resolve/context.ts';
import type { Condition, PayloadTest } from '../../model/condition.ts';
import { any, type ClauseContext } from '../context.ts';
import { NOT_COMPARABLE, PAYLOAD } from '../problems.ts';
import type { Comparison, Operator } from './comparison.ts';

/** As far into a packet as any plane looks. */
const GREATEST_OFFSET = 65535;
/** As many bytes as one register of a plane holds. */
const GREATEST_LENGTH = 16;

export function comparePayload(
  slice: PayloadSlice,
  operator: Operator,
  value: Value,
  comparison: Comparison,
  context: ClauseContext,
): Condition | undefined {
  if (operator !== '==' && operator !== '!=' && operator !== 'in') {
    report(context, NOT_COMPARABLE, comparison.span, `bytes are not compared by \`${operator}\``);
    return undefined;
  }
  if (!isSlice(slice, context)) return undefined;
  const items = value.kind === 'list' ? value.items : [value];
  const tests = items.map((item) => payloadTest(slice, item, context));
  const known = tests.filter((test) => test !== undefined);
  if (known.length < tests.length || known.length === 0) return undefined;
  if (operator !== '!=') return any(known);
  const [first] = known;
  // Every packet that has these bytes at all.
  const anything = new Uint8Array(slice.last - slice.first + 1);
  const here: PayloadTest | undefined = first && { ...first, value: anything, mask: anything };
  return here && { kind: 'all', of: [here, { kind: 'not', of: any(known) }] };
}

function isSlice(slice: PayloadSlice, context: ClauseContext): boolean {
  const length = slice.last - slice.first + 1;
  if (length < 1 || slice.last > GREATEST_OFFSET) {
    report(context, PAYLOAD, slice.span, `payload[${slice.first}..${slice.last}] holds no bytes of a packet`, {
      hint: 'The first byte behind the transport header is 0, and both ends are included.',
    });
    return false;
  }
  if (length <= GREATEST_LENGTH) return true;
  report(context, PAYLOAD, slice.span, `${length} bytes are more than can be compared at once (${GREATEST_LENGTH})`, {
    hint: 'Compare them in parts, joined by `and`.',
  });
  return false;
}

function payloadTest(slice: PayloadSlice, value: Value, context: ClauseContext): PayloadTest | undefined {
  const length = slice.last - slice.first + 1;
  const bytes = bytesOf(value, length, context);
  if (!bytes) return undefined;
  return {
    kind: 'payload',
    field: { payload: [slice.first, slice.last] },
    value: bytes,
    mask: new Uint8Array(length).fill(0xff),
  };
}

function bytesOf(value: Value, length: number, context: ClauseContext): Uint8Array | undefined {
  if (value.kind === 'string') {
    const bytes = new TextEncoder().encode(value.value);
    return bytes.length === length ? bytes : wrongLength(value, bytes.length, length, context);
  }
  if (value.kind !== 'integer') {
    const resolved = evaluate(value, context);
    if (resolved.type !== 'unknown') reportType(value, resolved, 'a number or a text of bytes', context);
    return undefined;
  }
  const { hexDigits } = value;
  if (hexDigits !== undefined && hexDigits !== 2 * length) return wrongLength(value, hexDigits / 2, length, context);
  if (value.value >> BigInt(8 * length) !== 0n) {
    return wrongLength(value, Math.ceil(value.value.toString(16).length / 2), length, context);
  }
  const bytes = new Uint8Array(length);
  let rest = value.value;
  for (let at = length - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

function wrongLength(value: Value, found: number, wanted: number, context: ClauseContext): undefined {
  const message = `this is ${found} byte${found === 1 ? '' : 's'}, and the slice holds ${wanted}`;
  report(context, PAYLOAD, value.span, message, {
    hint: 'Both ends of `payload[a..b]` are included, and a hexadecimal number has two digits a byte.',
  });
  return undefined;
}
