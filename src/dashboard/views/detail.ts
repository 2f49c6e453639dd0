import {dim} from '../parts/line.ts';
import type {RenderView} from './view.ts';

export const detailView: RenderView = () => [[dim(' nothing to show yet')]];
