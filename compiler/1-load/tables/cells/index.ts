/** The types of columns: what each is in the model, and what reads its cells. A new type is a file here and a line. */
import type { ColumnDeclaration, ColumnTypeName } from '../../../../grammar/ast/index.ts';
import type { ColumnType } from '../../../model/table.ts';
import { AddressCells, Ipv4Cells, Ipv6Cells } from './address.ts';
import { BooleanCells } from './boolean.ts';
import type { CellReader } from './cell-reader.ts';
import { DateCells } from './date.ts';
import { DurationCells, SizeCells } from './amount.ts';
import { EnumerationCells } from './enumeration.ts';
import { IntegerCells, WideIntegerCells } from './integer.ts';
import { MacCells } from './mac.ts';
import { PortsCells } from './ports.ts';
import { Prefix4Cells, Prefix6Cells, PrefixCells } from './prefix.ts';
import { ProtocolCells } from './protocol.ts';
import { RateCells } from './rate.ts';
import { TextCells } from './text.ts';

interface CellType {
  readonly type: (members: readonly string[]) => ColumnType;
  readonly cells: (members: readonly string[]) => CellReader;
}

const cellTypes: Record<ColumnTypeName, CellType> = {
  u8: { type: () => ({ kind: 'unsigned', bits: 8 }), cells: () => new IntegerCells(0xff, 'u8') },
  u16: { type: () => ({ kind: 'unsigned', bits: 16 }), cells: () => new IntegerCells(0xffff, 'u16') },
  u32: { type: () => ({ kind: 'unsigned', bits: 32 }), cells: () => new IntegerCells(0xffffffff, 'u32') },
  u64: { type: () => ({ kind: 'unsigned', bits: 64 }), cells: () => new WideIntegerCells() },
  bool: { type: () => ({ kind: 'bool' }), cells: () => new BooleanCells() },
  string: { type: () => ({ kind: 'string' }), cells: () => new TextCells() },
  ipv4: { type: () => ({ kind: 'address', family: 4 }), cells: () => new Ipv4Cells() },
  ipv6: { type: () => ({ kind: 'address', family: 6 }), cells: () => new Ipv6Cells() },
  ip: { type: () => ({ kind: 'address', family: 'both' }), cells: () => new AddressCells() },
  prefix4: { type: () => ({ kind: 'prefix', family: 4 }), cells: () => new Prefix4Cells() },
  prefix6: { type: () => ({ kind: 'prefix', family: 6 }), cells: () => new Prefix6Cells() },
  prefix: { type: () => ({ kind: 'prefix', family: 'both' }), cells: () => new PrefixCells() },
  port: { type: () => ({ kind: 'port' }), cells: () => new IntegerCells(0xffff, 'a port') },
  ports: { type: () => ({ kind: 'ports' }), cells: () => new PortsCells() },
  proto: { type: () => ({ kind: 'protocol' }), cells: () => new ProtocolCells() },
  mac: { type: () => ({ kind: 'mac' }), cells: () => new MacCells() },
  rate: { type: () => ({ kind: 'rate' }), cells: () => new RateCells() },
  size: { type: () => ({ kind: 'size' }), cells: () => new SizeCells() },
  duration: { type: () => ({ kind: 'duration' }), cells: () => new DurationCells() },
  date: { type: () => ({ kind: 'date' }), cells: () => new DateCells() },
  enum: { type: (members) => ({ kind: 'enum', members }), cells: (members) => new EnumerationCells(members) },
};

/** The model's type of a declared column. */
export function columnTypeOf(declaration: ColumnDeclaration): ColumnType {
  return cellTypes[declaration.type].type(membersOf(declaration));
}

/** Something that reads cells of a declared column into a new store. */
export function cellReaderOf(declaration: ColumnDeclaration): CellReader {
  return cellTypes[declaration.type].cells(membersOf(declaration));
}

function membersOf(declaration: ColumnDeclaration): readonly string[] {
  return declaration.members?.map((member) => member.text) ?? [];
}
