/** The run itself failed: one clear line for the user, exit status 2. */
export class Failure extends Error {}

/** The exit statuses of every command. */
export const EXIT = { clean: 0, findings: 1, failed: 2 } as const;

/** What an error says, in one line; that of a file system error without its call and path. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? '';
}
