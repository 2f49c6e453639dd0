import {gradientAscent} from './ga.ts';
import {imu} from './imu.ts';
import type {Method} from './method.ts';
import {noOp} from './no-op.ts';
import {npo} from './npo.ts';
import {original} from './original.ts';
import {retrain} from './retrain.ts';
import {simNpo} from './simnpo.ts';

/** Every method, by id. A new one is a file beside these, named for its id, and a line here. */
export const methods: Readonly<Record<string, Method>> = Object.fromEntries(
  [original, retrain, noOp, gradientAscent, npo, simNpo, imu].map((method) => [method.id, method as unknown as Method]),
);
