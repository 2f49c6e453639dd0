const ERASE_LINE = '\r\u001b[2K';

/**
 * Shows what is set up, on stderr: stdout is for the answer. At a terminal each line takes the place of the one before; `done` clears it.
 * Elsewhere every line stays.
 */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): {
  tell: (line: string) => void;
  done: () => void;
} {
  if (!stream.isTTY || process.env.CI) return {tell: (line) => void stream.write(`imu: ${line}\n`), done: () => {}};
  return {
    tell: (line) => void stream.write(`${ERASE_LINE}${line.slice(0, (stream.columns ?? 80) - 1)}`),
    done: () => void stream.write(ERASE_LINE),
  };
}
