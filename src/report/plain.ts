/**
 * Text of data (labels, messages, log lines) made harmless for a terminal: escape sequences, C0 and C1 controls and bidirectional overrides go,
 * tabs and line breaks become one space (spec orchestration X8).
 */
export function plain(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/[\t\r\n]+/g, ' ')
    .replace(CONTROLS, '');
}

/** Plain text in ASCII, character for character so that columns stay where they are; what has no form of its own becomes `?`. */
export function ascii(text: string): string {
  const known = text.replace(/[↑↓±·…−→]/g, (glyph) => ASCII_FORMS[glyph] ?? '?');
  return plain(known).replace(/[^\x20-\x7e]/gu, '?');
}

const ASCII_FORMS: Readonly<Record<string, string>> = {
  '↑': '^',
  '↓': 'v',
  '±': '~',
  '·': '.',
  '…': '.',
  '−': '-',
  '→': '>',
};

const ESC = '(?:\\u001b|\\u009b)';
/** OSC, DCS, APC, PM and SOS strings up to their end, then CSI sequences, then two-character escapes. */
const ESCAPES = new RegExp(
  [
    '(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c|$)',
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    `${ESC}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
