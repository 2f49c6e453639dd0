/** More than this is not told afterwards. */
const MOST_CHARACTERS = 100_000;

/** Keeps what is written to a stream, such as a warning of Node, off a screen that is painted; returns the way to let it out. */
export function holdBack(stream: NodeJS.WriteStream): () => void {
  const write = stream.write;
  let held = '';
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    if (held.length < MOST_CHARACTERS) held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  };
  const release = (): void => {
    if (stream.write === write) return;
    stream.write = write;
    process.off('exit', release);
    if (held !== '') stream.write(held);
  };
  // A process that ends with the screen still up must not take its last words along.
  process.on('exit', release);
  return release;
}
