import {Box, Text} from 'ink';
import {memo, type ReactNode} from 'react';
import type {Theme} from '../theme.ts';
import {cut, forTerminal, type Line} from './line.ts';

/** Lines one below the other; a line too long is cut, never wrapped. */
export function Lines({lines, theme}: {readonly lines: readonly Line[]; readonly theme: Theme}): ReactNode {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
    <LineText key={index} line={line} theme={theme} />
  ));
}

const LineText = memo(({line, theme}: {readonly line: Line; readonly theme: Theme}): ReactNode => {
  const spans = forTerminal(line, theme);
  if (spans.length === 0) return <Text> </Text>;
  return (
    <Text wrap="truncate">
      {spans.map(({text, colour, dim = false, bold = false}, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no other identity
        <Text key={index} {...(colour ? {color: colour} : {})} dimColor={dim} bold={bold}>
          {text}
        </Text>
      ))}
    </Text>
  );
}, sameLine);

/** Lines are made anew at every redraw; most of them say what they said before. */
function sameLine(a: {line: Line; theme: Theme}, b: {line: Line; theme: Theme}): boolean {
  return (
    a.theme === b.theme &&
    a.line.length === b.line.length &&
    a.line.every((one, index) => {
      const other = b.line[index];
      return (
        one.text === other?.text && one.colour === other.colour && one.dim === other.dim && one.bold === other.bold
      );
    })
  );
}

interface PanelProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** A titled zone of exactly `width` × `height`; what does not fit is left out. */
export function Panel({title, lines, width, height, theme}: PanelProps): ReactNode {
  const rule = theme.ascii ? '-' : '─';
  const head = [...`${rule} ${title} `].slice(0, width).join('');
  const titleLine: Line = [{text: head + rule.repeat(Math.max(0, width - [...head].length)), dim: true}];
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Lines lines={[titleLine, ...lines].slice(0, height).map((line) => cut(line, width))} theme={theme} />
    </Box>
  );
}
