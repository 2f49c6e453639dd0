import type {Command} from 'commander';

export function register(program: Command): void {
  program
    .command('doctor')
    .description('make and check the pinned Python environments')
    .action(() => {});
}
