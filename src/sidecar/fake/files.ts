import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {ImuError} from '../../protocol/index.ts';

/** Writes one float32 tensor and a description as safetensors to `path`, which must not exist. Throws as the real sidecar does. */
export function writeSafetensors(
  path: string,
  values: Float32Array,
  description: unknown,
): {sha256: string; sizeBytes: number} {
  const header = JSON.stringify({
    __metadata__: {imu: JSON.stringify(description)},
    weights: {dtype: 'F32', shape: [values.length], data_offsets: [0, values.byteLength]},
  });
  // Readers want the data at a multiple of 8.
  const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const content = Buffer.concat([length, padded, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
  try {
    writeFileSync(path, content, {flag: 'wx', flush: true});
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new ImuError('INVALID_REQUEST', `${path} exists already`, {hint: 'Give a path that does not exist.'});
    if (code === 'ENOENT')
      throw new ImuError('ASSET_MISSING', `the folder of ${path} does not exist`, {hint: 'Make the folder first.'});
    throw error;
  }
  return {sha256: sha256Of(content), sizeBytes: content.length};
}

/** The tensor and the description of a file that has this hash. Throws ASSET_MISSING. */
export function readSafetensors(path: string, sha256: string): {values: Float32Array; description: unknown} {
  const content = read(path);
  const found = sha256Of(content);
  if (found !== sha256)
    throw new ImuError(
      'ASSET_MISSING',
      `${path} is not the file that was asked for: its sha256 is ${found}, not ${sha256}`,
    );
  const headerLength = Number(content.readBigUInt64LE(0));
  const header = JSON.parse(content.toString('utf8', 8, 8 + headerLength));
  const bytes = Uint8Array.prototype.slice.call(content, 8 + headerLength);
  return {
    values: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
    description: JSON.parse(header.__metadata__.imu),
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new ImuError('ASSET_MISSING', `there is no file ${path}`, {hint: 'Make it again.'});
  }
}

const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
