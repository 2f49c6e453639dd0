export * from './arrays.ts';
export * from './badInput.ts';
export * from './events.ts';
export * from './failures.ts';
export * from './floats.ts';
export * from './operations.ts';
export * from './specs.ts';
export * from './suggest.ts';
