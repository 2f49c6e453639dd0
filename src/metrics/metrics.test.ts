import {describe, expect, it} from 'vitest';
import {Primitive} from '../protocol/index.ts';
import {metricOf, metrics} from './index.ts';

describe('metric cards', () => {
  it('there is one for every primitive, found by it', () => {
    for (const primitive of Primitive.options) expect(metricOf(primitive)?.primitive).toBe(primitive);
  });

  it('say formula, unit, source and where ideal unlearning lands', () => {
    for (const card of Object.values(metrics)) {
      for (const text of [card.title, card.formula, card.unit, card.cite, card.ideal]) expect(text).not.toBe('');
      expect(card.formula).toContain('=');
    }
  });
});
