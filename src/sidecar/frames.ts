import {endianness} from 'node:os';
import {z} from 'zod';
import {
  ARRAY_TYPES,
  type Arrays,
  type ArrayType,
  ImuError,
  type NumericArray,
  parse,
  stringify,
} from '../protocol/index.ts';

/** What one message may weigh, on either side of the bridge. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/** Where an array lies among the payloads of its message. */
export const ArrayDescription = z.strictObject({
  name: z.string(),
  dtype: z.enum(Object.keys(ARRAY_TYPES) as [ArrayType, ...ArrayType[]]),
  shape: z.array(z.int().min(0)),
  offset: z.int().min(0),
  numBytes: z.int().min(0),
});
export type ArrayDescription = z.infer<typeof ArrayDescription>;

/** Arrays as descriptions and bytes, each at a multiple of 8. Throws INVALID_REQUEST where they weigh more than a message may. */
export function pack(arrays: Arrays): {descriptions: ArrayDescription[]; chunks: Uint8Array[]; numBytes: number} {
  // Typed arrays have the machine's byte order; the wire is little-endian, as is every machine this runs on.
  if (endianness() !== 'LE') throw new ImuError('INTERNAL', 'The bridge needs a little-endian machine.');
  const descriptions: ArrayDescription[] = [];
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, {dtype, shape, data}] of Object.entries(arrays)) {
    descriptions.push({name, dtype, shape: [...shape], offset, numBytes: data.byteLength});
    const padding = paddingOf(data.byteLength);
    chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), new Uint8Array(padding));
    offset += data.byteLength + padding;
  }
  refuseOverweight(offset);
  return {descriptions, chunks, numBytes: offset};
}

/** Inverse of `pack`; the arrays own their memory. Throws PROTOCOL_MISMATCH where a description and the payload disagree. */
export function unpack(descriptions: readonly ArrayDescription[], payload: Uint8Array): Arrays {
  return Object.fromEntries(descriptions.map((description) => [description.name, unpackOne(description, payload)]));
}

function unpackOne({name, dtype, shape, offset, numBytes}: ArrayDescription, payload: Uint8Array): NumericArray {
  const Type = ARRAY_TYPES[dtype];
  const length = shape.reduce((product, size) => product * size, 1);
  if (offset + numBytes > payload.length || length * Type.BYTES_PER_ELEMENT !== numBytes)
    throw new ImuError('PROTOCOL_MISMATCH', `Array ${name} of shape [${shape}] does not fit its ${numBytes} bytes.`);
  // `slice` of a plain Uint8Array copies: the payload may lie at any offset of a larger buffer, the array may not.
  const bytes = Uint8Array.prototype.slice.call(payload, offset, offset + numBytes);
  return {dtype, shape, data: new Type(bytes.buffer, bytes.byteOffset, length)};
}

/** One binary message: u32 LE header length | JSON header, space-padded to 8 | payloads, each at a multiple of 8. Throws as `pack`. */
export function encodeFrame(header: Readonly<Record<string, unknown>>, arrays: Arrays): Buffer {
  const {descriptions, chunks} = pack(arrays);
  const text = Buffer.from(stringify({...header, arrays: descriptions}));
  const padding = Buffer.alloc(paddingOf(4 + text.length), ' ');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length + padding.length);
  const frame = [length, text, padding, ...chunks];
  refuseOverweight(frame.reduce((sum, piece) => sum + piece.length, 0));
  return Buffer.concat(frame);
}

function refuseOverweight(numBytes: number): void {
  if (numBytes <= MAX_MESSAGE_BYTES) return;
  throw new ImuError('INVALID_REQUEST', `The message weighs ${numBytes} bytes; it may weigh ${MAX_MESSAGE_BYTES}.`);
}

/** Header and arrays of one binary message. Throws PROTOCOL_MISMATCH on bytes that are none. */
export function decodeFrame(message: Uint8Array): {header: Readonly<Record<string, unknown>>; arrays: Arrays} {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const length = bytes.length < 4 ? Number.POSITIVE_INFINITY : bytes.readUInt32LE(0);
  if (4 + length > bytes.length) throw new ImuError('PROTOCOL_MISMATCH', 'A frame is shorter than its header says.');
  const parsed = Header.safeParse(parseJson(bytes.toString('utf8', 4, 4 + length)));
  if (!parsed.success) throw new ImuError('PROTOCOL_MISMATCH', `A frame's header: ${z.prettifyError(parsed.error)}`);
  const {arrays, ...header} = parsed.data;
  return {header, arrays: unpack(arrays, bytes.subarray(4 + length))};
}

const Header = z.looseObject({arrays: z.array(ArrayDescription)});

function parseJson(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ImuError('PROTOCOL_MISMATCH', `A frame's header is not JSON: ${String(error)}`);
  }
}

const paddingOf = (numBytes: number): number => (8 - (numBytes % 8)) % 8;
