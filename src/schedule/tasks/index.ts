import type {TaskKind} from '../../plan/task.ts';
import type {Execute} from '../execute.ts';
import {data} from './data.ts';
import {evaluate} from './evaluate.ts';
import {train} from './train.ts';
import {unlearn} from './unlearn.ts';

/** Does one task of any kind on one lane. */
export const executeTask: Execute = (task, context) => EXECUTES[task.spec.kind](task, context);

const EXECUTES: Readonly<Record<TaskKind, Execute>> = {data, train, unlearn, evaluate};
