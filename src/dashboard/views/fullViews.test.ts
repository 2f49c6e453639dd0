import {describe, expect, it} from 'vitest';
import {asciiTheme, contextOf, keyOf, moments, plainTheme, textOf} from '../fixtures/viewContexts.ts';
import {lengthOf} from '../parts/line.ts';
import type {ScreenState} from '../screenState.ts';
import {compareView} from './compare.ts';
import {detailView} from './detail.ts';
import {devicesView} from './devices.ts';
import {influenceView} from './influence.ts';
import {sourceView} from './source.ts';
import {verdictView} from './verdict.ts';
import type {RenderView} from './view.ts';

const views: Readonly<Record<string, RenderView>> = {
  detail: detailView,
  influence: influenceView,
  verdict: verdictView,
  source: sourceView,
  devices: devicesView,
  compare: compareView,
};
const sizes = [
  {columns: 40, rows: 12},
  {columns: 61, rows: 15},
  {columns: 80, rows: 24},
  {columns: 110, rows: 30},
  {columns: 120, rows: 40},
  {columns: 300, rows: 80},
];
/** Tasks of every kind and fate, and marks on three of them. */
const screens: readonly Partial<ScreenState>[] = [
  {},
  ...['data', 'train/original/t42', 'unlearn/npo/t7/u1', 'unlearn/imu-sound/t42/u1', 'evaluate/npo/t7/u1'].map(
    (id) => ({
      selected: keyOf(id),
      isLogY: true,
      marked: ['unlearn/ga/t42/u1', 'evaluate/imu-sound/t42/u1', 'train/retrain/t42'].map(keyOf),
      cursors: {verdict: {row: 5, column: 2}},
    }),
  ),
  {
    scrolls: {detail: 1e6, influence: 7, verdict: 3, source: 9, devices: 2, compare: 1e6},
    cursors: {verdict: {row: 99, column: 99}},
  },
];

describe.each(Object.keys(views))('the view %s', (name) => {
  const view = views[name] as RenderView;

  it.each(Object.keys(moments).flatMap((moment) => sizes.map((size) => ({moment, ...size}))))(
    'of a run that is $moment fits $columns × $rows and says something',
    ({moment, ...size}) => {
      for (const screen of screens) {
        for (const theme of [plainTheme, asciiTheme, {ascii: false, colour: true}]) {
          const lines = view(contextOf(moments[moment] as never, {screen, theme}), size);
          expect(lines.length).toBeGreaterThan(0);
          expect(lines.length).toBeLessThanOrEqual(size.rows);
          for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(size.columns);
        }
      }
    },
  );

  it('in ASCII is ASCII, and has no letter that ASCII lacks', () => {
    for (const screen of screens) {
      const context = contextOf(moments.done as never, {screen, theme: asciiTheme});
      const text = textOf(view(context, {columns: 120, rows: 200}), asciiTheme);
      expect(text).toMatch(/^[\x20-\x7e\n]*$/);
      expect(text).not.toContain('?_');
    }
  });

  it('draws the same from the same', () => {
    const [a, b] = [0, 1].map(() => contextOf(moments.done as never, {screen: screens[4] ?? {}}));
    const size = {columns: 120, rows: 40};
    expect(textOf(view(a as never, size))).toBe(textOf(view(b as never, size)));
  });
});
