import type {Command} from 'commander';
import {register as doctor} from './doctor.ts';
import {register as env} from './env.ts';
import {register as plan} from './plan.ts';
import {register as report} from './report.ts';
import {register as reproduce} from './reproduce.ts';
import {register as run} from './run.ts';
import {register as show} from './show.ts';
import {register as table} from './table.ts';
import {register as watch} from './watch.ts';

/**
 * Adds one verb to `imu`: its options, help and action. The module stays light: what is heavy is imported inside the action.
 * An action throws BadInput (exit 2), ImuError (1; 130 where CANCELLED) or sets `process.exitCode` from EXIT; returning means done.
 */
export type Register = (program: Command) => void;

/** Every verb, in the order of `imu --help`. */
export const VERBS: readonly Register[] = [reproduce, run, watch, plan, table, report, show, doctor, env];
