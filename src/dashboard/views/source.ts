import {dim} from '../parts/line.ts';
import type {RenderView} from './view.ts';

export const sourceView: RenderView = () => [[dim(' nothing to show yet')]];
