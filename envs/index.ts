export {type EnsureOptions, ensureEnvironment, type ReadyEnvironment} from './ensureEnvironment.ts';
export {ENVIRONMENTS, type EnvironmentName, type Extra, environmentNamed} from './environments.ts';
export {cacheFolder} from './folders.ts';
export {projectRoot} from './projectRoot.ts';
export {type ResolvedInterpreter, resolveInterpreter} from './resolveInterpreter.ts';
