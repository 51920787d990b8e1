/**
 * The binary form of what an OpenTelemetry exporter sends, as the JSON form of the same. Only the fields that are read are named:
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/metrics/v1/metrics.proto
 * The encoding: https://protobuf.dev/programming-guides/encoding/
 */
import { InvalidInput } from '../../domain/errors.ts';

type Scalar = 'string' | 'fixed64' | 'double' | 'varint' | 'sint32' | 'bool';
interface Field {
  readonly name: string;
  readonly of: Scalar | Message;
  readonly many?: true;
}
type Message = Readonly<Record<number, Field>>;

const one = (name: string, of: Field['of']): Field => ({ name, of });
const many = (name: string, of: Field['of']): Field => ({ name, of, many: true });

const Value: Message = { 1: one('stringValue', 'string'), 2: one('boolValue', 'bool'), 3: one('intValue', 'varint'), 4: one('doubleValue', 'double') };
const Attribute: Message = { 1: one('key', 'string'), 2: one('value', Value) };
const Buckets: Message = { 1: one('offset', 'sint32'), 2: many('bucketCounts', 'varint') };
const Point: Message = { 2: one('startTimeUnixNano', 'fixed64'), 3: one('timeUnixNano', 'fixed64'), 4: one('count', 'fixed64'), 6: many('bucketCounts', 'fixed64'), 7: many('explicitBounds', 'double'), 9: many('attributes', Attribute), 10: one('flags', 'varint') };
const ExponentialPoint: Message = {
  1: many('attributes', Attribute), 2: one('startTimeUnixNano', 'fixed64'), 3: one('timeUnixNano', 'fixed64'), 4: one('count', 'fixed64'), 6: one('scale', 'sint32'), 7: one('zeroCount', 'fixed64'),
  8: one('positive', Buckets), 9: one('negative', Buckets), 10: one('flags', 'varint'),
};
const Metric: Message = {
  1: one('name', 'string'), 3: one('unit', 'string'), 9: one('histogram', { 1: many('dataPoints', Point), 2: one('aggregationTemporality', 'varint') }),
  10: one('exponentialHistogram', { 1: many('dataPoints', ExponentialPoint), 2: one('aggregationTemporality', 'varint') }),
};
const Request: Message = { 1: many('resourceMetrics', { 1: one('resource', { 1: many('attributes', Attribute) }), 2: many('scopeMetrics', { 2: many('metrics', Metric) }) }) };

/** @throws InvalidInput for bytes that are no such message */
export function decodeMetrics(bytes: Uint8Array): unknown {
  try {
    return messageOf(Request, new Reader(bytes));
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidInput(`These ${bytes.length} bytes are no ExportMetricsServiceRequest: ${error.message}. Send OTLP over HTTP, as http/protobuf or http/json.`);
    throw error;
  }
}

function messageOf(message: Message, reader: Reader): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  while (!reader.isOver()) {
    const tag = Number(reader.varint());
    const [field, wire] = [message[tag >>> 3], tag & 7];
    if (field === undefined) reader.skip(wire);
    else if (field.many === true) (found[field.name] ??= [] as unknown[], found[field.name] as unknown[]).push(...valuesOf(field.of, wire, reader));
    else found[field.name] = valuesOf(field.of, wire, reader).at(-1);
  }
  return found;
}

/** Numbers may stand one by one, or packed in one run of bytes. */
function valuesOf(of: Field['of'], wire: number, reader: Reader): unknown[] {
  if (typeof of !== 'string') return [messageOf(of, reader.part(wire))];
  if (of === 'string') return [reader.part(wire).text()];
  if (wire !== 2) return [reader.scalar(of, wire)];
  const packed = reader.part(wire);
  const values = [];
  while (!packed.isOver()) values.push(packed.scalar(of, WIRE_OF[of]));
  return values;
}

const WIRE_OF = { varint: 0, sint32: 0, bool: 0, fixed64: 1, double: 1 } as const;

/** Every read beyond the end is a RangeError. */
class Reader {
  private at = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  isOver(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.view.getUint8(this.at);
      this.at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number has more than ten bytes');
  }

  part(wire: number): Reader {
    if (wire !== 2) throw new RangeError(`a field of bytes has the wire type ${wire}`);
    const length = Number(this.varint());
    if (length > this.bytes.length - this.at) throw new RangeError('a field is longer than the message');
    this.at += length;
    return new Reader(this.bytes.subarray(this.at - length, this.at));
  }

  text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** 64-bit integers as decimal text, as in the JSON form. */
  scalar(of: Exclude<Scalar, 'string'>, wire: number): string | number | boolean {
    if (wire !== WIRE_OF[of]) throw new RangeError(`a field of the type ${of} has the wire type ${wire}`);
    if (WIRE_OF[of] === 0) {
      const value = this.varint();
      if (of === 'bool') return value !== 0n;
      return of === 'sint32' ? Number((value >> 1n) ^ -(value & 1n)) : String(value);
    }
    this.at += 8;
    return of === 'double' ? this.view.getFloat64(this.at - 8, true) : String(this.view.getBigUint64(this.at - 8, true));
  }

  skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 1) this.at += 8;
    else if (wire === 2) this.part(wire);
    else if (wire === 5) this.at += 4;
    else throw new RangeError(`there is no wire type ${wire} here`);
    if (this.at > this.bytes.length) throw new RangeError('the message ends in a field');
  }
}
