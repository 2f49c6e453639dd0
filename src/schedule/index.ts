export type {Controls} from './controls.ts';
export type {Execute, TaskContext, TaskOutcome} from './execute.ts';
export type {OpenLane} from './lane.ts';
export type {RetryPolicy} from './retry.ts';
export type {RunOutcome, RunSuiteRequest, RunSuiteResult} from './runSuite.ts';
export {runIdOf, runSuite} from './runSuite.ts';
export {schedule} from './schedule.ts';
export type {ScheduleOutcome, ScheduleRequest} from './scheduleRequest.ts';
