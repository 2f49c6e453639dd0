import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {linesToSvg} from './exportSvg.ts';
import type {Line} from './parts/line.ts';

const theme = {ascii: false, colour: true};
const svgOf = (lines: readonly Line[], title = 'a run'): string => linesToSvg(lines, {columns: 80, theme, title});

/** Names of the elements in order of their end; throws where the text is no well-formed XML of the small kind that a picture is. */
function elementsOf(xml: string): readonly string[] {
  const open: string[] = [];
  const closed: string[] = [];
  const tag = /<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(\/?)>|([^<]+)/y;
  while (tag.lastIndex < xml.length) {
    const at = tag.lastIndex;
    const [, isEnd, name = '', , isEmpty, text] = tag.exec(xml) ?? [];
    if (tag.lastIndex === 0) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
    if (text !== undefined) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them
      if (/&(?!#\d+;)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed())
        throw new Error(`forbidden in text: ${JSON.stringify(text)}`);
    } else if (isEnd === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      closed.push(name);
    } else if (isEmpty === '/') closed.push(name);
    else open.push(name);
  }
  if (open.length > 0) throw new Error(`never closed: ${open}`);
  return closed;
}

/** Left edge in columns of every written piece, and what it says. */
const wordsOf = (svg: string): readonly (readonly [number, number, string])[] =>
  [...svg.matchAll(/<text x="([\d.]+)" textLength="([\d.]+)"[^>]*>([^<]*)<\/text>/g)].map(([, x, length, text]) => [
    Math.round((Number(x) / 8.4) * 100) / 100,
    Math.round((Number(length) / 8.4) * 100) / 100,
    text ?? '',
  ]);

describe('a screen as SVG', () => {
  it('is well-formed whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({unit: 'binary', maxLength: 60}), {maxLength: 4}),
        fc.string({unit: 'binary'}),
        (texts, title) => {
          const elements = elementsOf(
            svgOf(
              texts.map((text) => [{text, colour: 'red', bold: true}]),
              title,
            ),
          );
          expect(elements.at(-1)).toBe('svg');
        },
      ),
    );
  });

  it('writes markup as text and drops what steers a terminal', () => {
    const svg = svgOf([[{text: '</text><script>alert(1)</script>&amp;\u001b[31m"\ud800'}]], '<img src=x>');
    expect(elementsOf(svg)).not.toContain('script');
    expect(svg).toContain('&#60;/text&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;&#34;');
    expect(svg).not.toContain('\u001b');
    expect(svg).not.toMatch(/<img|31m/);
  });

  it('puts each word over its own columns, after characters of any width', () => {
    const words = wordsOf(svgOf([[{text: 'ab  cd '}, {text: '✓', colour: 'blue'}, {text: ' done ⣀⡠ 日本 end'}]]));
    expect(words).toEqual([
      [0, 2, 'ab'],
      [4, 2, 'cd'],
      [9, 4, 'done'],
      [22, 3, 'end'],
    ]);
  });

  it('draws curves, bars and rules, and writes none of them', () => {
    const svg = svgOf([[{text: '⣀⡠│▁█▓░─╭'}]]);
    expect(elementsOf(svg).filter((name) => name === 'path').length).toBeGreaterThan(5);
    expect(svg).not.toMatch(/[⣀⡠│▁█▓░─╭]/);
  });

  it('cuts what is wider than the screen', () => {
    expect(wordsOf(linesToSvg([[{text: '12345 67890'}]], {columns: 7, theme, title: ''})).at(-1)).toEqual([
      0,
      5,
      '12345',
    ]);
  });

  it('keeps colours to the theme', () => {
    const line: Line = [{text: 'lost', colour: 'red', bold: true}];
    expect(svgOf([line])).toContain('class="red b"');
    expect(linesToSvg([line], {columns: 9, theme: {ascii: false, colour: false}, title: ''})).toContain('class="b"');
  });
});

describe('an inverse span', () => {
  it('is dark on a ground of its colour, over its own columns', () => {
    const svg = svgOf([[{text: 'ab '}, {text: 'cur ⣀', colour: 'cyan', inverse: true}]]);
    expect(svg).toMatch(
      /<rect x="25.2" y="0" width="42" height="18" fill="#56d4dd"\/><text x="25.2"[^>]* class="inverse">cur/,
    );
    expect(svg).toContain('class="dots inverse"');
  });
});
