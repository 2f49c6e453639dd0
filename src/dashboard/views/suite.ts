import {dim} from '../parts/line.ts';
import type {RenderView} from './view.ts';

export const suiteView: RenderView = () => [[dim(' nothing to show yet')]];
