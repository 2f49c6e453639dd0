import {createHash} from 'node:crypto';
import {afterAll, describe, expect, it} from 'vitest';
import {formatNumber} from '../formats/numbers.ts';
import {handMadeReport} from '../reportFixture.ts';
import {reportModelOf} from '../reportModel.ts';
import {escapeHtml, html} from './markup.ts';
import {toHtml} from './page.ts';

const HOSTILE = '</script></style><img src=x onerror=alert(1)>"\'`&\u202etxt\u0007';

const {source, dispose} = handMadeReport();
const hostile = handMadeReport(HOSTILE);
afterAll(() => {
  dispose();
  hostile.dispose();
});
const model = reportModelOf(source);
const page = await toHtml(model);
const printed = await toHtml(model, {forPrint: true});
const hostilePage = await toHtml(reportModelOf(hostile.source));

describe.each([
  ['for a screen', page],
  ['for print', printed],
  ['with hostile labels', hostilePage],
])('the page %s', (_, text) => {
  it('is well formed: every element that is opened is closed in its order, and every id is there once', () => {
    expect(unclosed(text)).toEqual([]);
    const ids = [...withoutScripts(text).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const [, target] of withoutScripts(text).matchAll(/ href="#([^"]*)"/g)) expect(ids).toContain(target);
    for (const [, target] of withoutScripts(text).matchAll(/ data-origin="([^"]*)"/g)) expect(ids).toContain(target);
  });

  it('asks nothing of a network', () => {
    const markup = withoutScripts(text);
    const places = [...markup.matchAll(/\s(?:src|href|srcset|action|data|poster|xlink:href)="([^"]*)"/g)].map(
      ([, url = '']) => url,
    );
    expect(places.filter((url) => !/^(#|data:)/.test(url))).toEqual([]);
    expect(markup.match(/url\((?!#)|@import|<(iframe|object|embed|form|base)\b|http-equiv="refresh"/i)).toBeNull();
  });

  it('forbids a network, and names by hash the scripts and the style that may run', () => {
    const policy = text.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|script-src[^;]*unsafe-inline/);
    const inline = [...text.matchAll(/<(?:script|style)>([\s\S]*?)<\/(?:script|style)>/g)].map(([, body = '']) => body);
    for (const body of inline) expect(policy).toContain(createHash('sha256').update(body).digest('base64'));
  });

  it('has headings in order, under one of the first rank', () => {
    const ranks = [
      ...withoutScripts(text)
        .replace(/<template[\s\S]*?<\/template>/g, '')
        .matchAll(/<h([1-6])/g),
    ].map(([, rank]) => Number(rank));
    expect(ranks.filter((rank) => rank === 1)).toHaveLength(1);
    for (const [index, rank] of ranks.entries()) expect(rank).toBeLessThanOrEqual((ranks[index - 1] ?? 0) + 1);
  });
});

describe('the page', () => {
  it('shows the numbers of the table, each as a link to where it comes from', () => {
    const table = model.tables[0]?.model;
    for (const row of table?.rows ?? [])
      for (const {id} of table?.columns ?? []) {
        const cell = row.cells[id];
        if (cell === undefined || cell.mean === null) continue;
        expect(
          page.includes(
            `aria-haspopup="dialog">${formatNumber(cell.mean)}<span class="spread">${cell.std === null ? '' : `± ${formatNumber(cell.std)}`}</span></a>`,
          ),
        ).toBe(true);
        if (cell.paper !== null) expect(page.includes(`paper ${formatNumber(cell.paper.mean)} `)).toBe(true);
      }
  });

  it('says at the top that the run is not complete', () => {
    const [warning = ''] = model.completeness.warnings;
    expect(page.indexOf(escapeHtml(warning))).toBeGreaterThan(0);
    expect(page.indexOf(escapeHtml(warning))).toBeLessThan(page.indexOf('id="verdict"'));
  });

  it('lets nothing of data be markup', () => {
    for (const harm of ['<img', '\u202e', '\u0007']) expect(withoutScripts(hostilePage).includes(harm)).toBe(false);
    expect(hostilePage.includes(escapeHtml(HOSTILE))).toBe(true);
    expect(escapeHtml(HOSTILE)).toBe(
      '&#60;/script&#62;&#60;/style&#62;&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#96;&#38;txt',
    );
    // What the script reads is JSON that cannot end its element, and comes out as it went in.
    const json = hostilePage.match(/id="figures">([\s\S]*?)<\/script>/)?.[1] ?? '';
    expect(json.includes('<')).toBe(false);
    expect(JSON.stringify(JSON.parse(json)).includes(JSON.stringify(HOSTILE))).toBe(true);
  });

  it('passes on the licence of what it brings along', () => {
    expect(page).toMatch(/Vega\n\s*Copyright \(c\) [\d-]+, University of Washington Interactive Data Lab/);
  });

  it('is open and without scripts when made for print', () => {
    expect(printed.match(/<script|<details(?! open)/)).toBeNull();
    expect(printed.includes('class="marks"')).toBe(true);
    expect(printed.length).toBeLessThan(page.length);
  });

  it('needs neither charts nor results', async () => {
    const bare = await toHtml({
      ...model,
      charts: [],
      influences: [],
      verdict: {...model.verdict, reference: null, rows: [], sentences: [], findings: [], caveats: []},
      failures: [],
      blocked: [],
      sessions: [],
      environments: [],
    });
    expect(bare.includes('There is nothing to compare yet')).toBe(true);
    expect(bare.match(/id="(trajectories|failures)"/)).toBeNull();
    expect(bare.length).toBeLessThan(200_000);
  });
});

describe('markup', () => {
  it('escapes what is put into it, but for markup and lists of it', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'"'}">${inner}${[inner, 3, null, false]}</p>`.markup).toBe(
      '<p title="&#34;"><b>&#60;i&#62;</b><b>&#60;i&#62;</b>3</p>',
    );
  });
});

const withoutScripts = (text: string): string => text.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '');

const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input']);

/** Tags that do not match, by a stack; SVG closes some of its elements by itself. */
function unclosed(text: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = '', selfClosed] of withoutScripts(text).matchAll(
    /<(\/?)([a-z][\w-]*)(?:\s+[\w:-]+(?:="[^"]*")?)*\s*(\/?)>/gi,
  )) {
    if (slash === '') {
      if (selfClosed === '' && !VOID.has(name)) open.push(name);
    } else if (open.pop() !== name) return [`</${name}> inside ${open.join(' ')}`];
  }
  return open;
}
