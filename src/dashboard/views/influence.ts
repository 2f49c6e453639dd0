import {dim} from '../parts/line.ts';
import type {RenderView} from './view.ts';

export const influenceView: RenderView = () => [[dim(' nothing to show yet')]];
