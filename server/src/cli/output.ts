/** Prints a text; resolves once it is taken, since a pipe takes it in pieces and the process ends afterwards. */
export function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, error => {
      // A reader that has seen enough, `head` for example, is no failure.
      if (error && 'code' in error && error.code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
