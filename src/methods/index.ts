import {gradientAscent} from './gradientAscent.ts';
import {imu} from './imu.ts';
import type {Method} from './method.ts';
import {noOp} from './noOp.ts';
import {npo} from './npo.ts';
import {original} from './original.ts';
import {retrain} from './retrain.ts';
import {simNpo} from './simNpo.ts';

/** Every method, by id. A new one is a file beside these and a line here. */
export const methods: Readonly<Record<string, Method>> = Object.fromEntries(
  [original, retrain, noOp, gradientAscent, npo, simNpo, imu].map((method) => [method.id, method as unknown as Method]),
);
