/** A line on a terminal's stderr that counts files; silent elsewhere. */
export function progressLine(total: number): { show: (done: number) => void; clear: () => void } {
  const terminal = process.stderr.isTTY === true;
  return {
    show: done => {
      if (terminal) process.stderr.write(`\r\u001b[K${done} of ${total} files`);
    },
    clear: () => {
      if (terminal) process.stderr.write('\r\u001b[K');
    },
  };
}
