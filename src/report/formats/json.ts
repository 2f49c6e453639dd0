import {stringify} from '../../protocol/floats.ts';
import type {TableModel} from '../aggregate.ts';

/** The whole model on one line; NaN and infinities as the protocol writes them. */
export const toJson = (model: TableModel): string => `${stringify(model)}\n`;
