import type {Command} from 'commander';

export function register(program: Command): void {
  program
    .command('env')
    .description('make and check the pinned Python environments')
    .action(() => {});
}
