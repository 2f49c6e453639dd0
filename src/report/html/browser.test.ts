import {existsSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {type Browser, type BrowserContextOptions, chromium, type Locator, type Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {handMadeReport} from '../reportFixture.ts';
import {reportModelOf} from '../reportModel.ts';
import {toHtml} from './page.ts';

const CHROMIUM = [
  process.env.IMU_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== '' && existsSync(path));

/** What is used of the browser's elements: the types of the DOM are not those of this project. */
interface Matching {
  matches(selector: string): boolean;
}

/** A guard against hanging, not a measure of speed: other tests run beside this one. */
const eventually = <T>(look: () => Promise<T>) => expect.poll(look, {timeout: 30_000});

const WHY = CHROMIUM === undefined ? ' (skipped: no Chromium; name one in IMU_CHROMIUM)' : '';

describe.skipIf(CHROMIUM === undefined)(`the report in a browser without a network${WHY}`, () => {
  const {source, dispose} = handMadeReport('IMU "</script>');
  // Kept: pictures are there to be looked at.
  const folder = mkdtempSync(join(tmpdir(), 'imu-report-pictures-'));
  const complaints: string[] = [];
  let browser: Browser;

  beforeAll(async () => {
    const model = reportModelOf(source);
    writeFileSync(join(folder, 'report.html'), await toHtml(model));
    writeFileSync(join(folder, 'print.html'), await toHtml(model, {forPrint: true}));
    browser = await chromium.launch({executablePath: CHROMIUM ?? '', args: ['--no-sandbox']});
  });
  afterAll(async () => {
    await browser?.close();
    dispose();
  });

  async function open(file: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({offline: true, viewport: {width: 1280, height: 900}, ...options});
    const page = await context.newPage();
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => /^(file|data):/.test(request.url()) || complaints.push(request.url()));
    await page.goto(pathToFileURL(join(folder, file)).href);
    return page;
  }

  const matches = (place: Locator, selector: string): Promise<boolean> =>
    place.evaluate((element, wanted) => (element as unknown as Matching).matches(wanted), selector);

  const picture = (page: Page, name: string): Promise<Buffer> =>
    page.screenshot({path: join(folder, `${name}.png`), fullPage: true});

  it('draws every chart that is seen as a live view, and complains of nothing', async () => {
    const page = await open('report.html');
    for (const figure of await page.locator('[data-figure]:visible').all()) {
      await figure.scrollIntoViewIfNeeded();
      await eventually(() => figure.getAttribute('data-live')).toBe('');
      expect(await figure.locator('svg path').count()).toBeGreaterThan(3);
    }
    await picture(page, 'light');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows the values under the pointer, and hides a row in every chart from the legend', async () => {
    const page = await open('report.html');
    const figure = page.locator('[data-figure=trajectory-0]');
    await figure.scrollIntoViewIfNeeded();
    await eventually(() => figure.getAttribute('data-live')).toBe('');
    await figure.hover({position: {x: 250, y: 120}});
    await eventually(() => page.locator('.tip').textContent()).toMatch(/row.*step.*l_r/);
    const lines = (): Promise<number> => figure.locator('.mark-line path').count();
    const all = await lines();
    await page.locator('.legend button', {hasText: 'GA'}).click();
    await eventually(lines).toBe(all - 4);
    await page.locator('.legend [data-show=all]').click();
    await eventually(lines).toBe(all);
    await page.context().close();
  });

  it('opens where each number comes from by keyboard, and gives the focus back', async () => {
    const page = await open('report.html');
    const numbers = page.locator('a.origin');
    const dialog = page.locator('#origin');
    const numNumbers = await numbers.count();
    expect(numNumbers).toBeGreaterThan(15);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    for (let tabs = 0; !(await matches(numbers.first(), ':focus')); tabs += 1) {
      expect(tabs).toBeLessThan(30);
      await page.keyboard.press('Tab');
    }
    for (let index = 0; index < numNumbers; index += 1) {
      const number = numbers.nth(index);
      await number.focus();
      await page.keyboard.press(index % 2 === 0 ? 'Enter' : 'Space');
      expect(await matches(dialog, ':modal')).toBe(true);
      expect(await dialog.locator('h3').allTextContents()).toEqual([
        'Values',
        'Make this number again',
        'Tasks behind it',
      ]);
      if (await matches(number, 'table.results a'))
        expect(await dialog.locator('.big').textContent()).toContain((await number.textContent()) ?? '');
      await page.keyboard.press('Escape');
      expect(await matches(dialog, ':modal')).toBe(false);
      expect(await matches(number, ':focus')).toBe(true);
    }
    await page.context().close();
  });

  it('leads from a number to its task, unfolding it', async () => {
    const page = await open('report.html');
    await page.locator('table.results a.origin').first().click();
    const task = page.locator('#origin a.task').first();
    const target = (await task.getAttribute('href')) ?? '';
    await picture(page, 'dialog');
    await task.click();
    expect(await page.locator(`[id="${target.slice(1)}"]`).isVisible()).toBe(true);
    await page.context().close();
  });

  it('follows the dark scheme, and a choice goes over it', async () => {
    const page = await open('report.html', {colorScheme: 'dark'});
    const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await ground()).toBe('rgb(15, 19, 23)');
    await picture(page, 'dark');
    await page.locator('#theme').selectOption('light');
    expect(await ground()).toBe('rgb(255, 255, 255)');
    await page.context().close();
  });

  it('fits 360 pixels: tables scroll in boxes of their own', async () => {
    const page = await open('report.html', {viewport: {width: 360, height: 800}});
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(
      await page.evaluate(
        "document.querySelector('.scroll').scrollWidth > document.querySelector('.scroll').clientWidth",
      ),
    ).toBe(true);
    await picture(page, 'narrow');
    await page.context().close();
  });

  it.each(['report.html', 'print.html'])('prints %s on pages with everything unfolded', async (file) => {
    const page = await open(file);
    await page.emulateMedia({media: 'print'});
    const pdf = await page.pdf({preferCSSPageSize: true, path: join(folder, `${file}.pdf`)});
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0).toBeGreaterThan(1);
    await page.context().close();
  });

  it('is a whole document where scripts do not run', async () => {
    const page = await open('report.html', {javaScriptEnabled: false});
    expect(await page.locator('[data-figure] svg.marks').count()).toBe(await page.locator('[data-figure]').count());
    expect(await page.locator('.copy').first().isVisible()).toBe(false);
    expect(await page.locator('.panel').first().isVisible()).toBe(true);
    await page.context().close();
  });

  it('never asked for anything and never complained', () => expect(complaints).toEqual([]));
});
