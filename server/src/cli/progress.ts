/** A line on a terminal's stderr that counts files; silent elsewhere. */
export function progressLine(total = 0): { show: (done: number, of?: number) => void; clear: () => void } {
  const terminal = process.stderr.isTTY === true;
  return {
    show: (done, of = total) => {
      if (terminal) process.stderr.write(`\r\u001b[K${done} of ${of} files`);
    },
    clear: () => {
      if (terminal) process.stderr.write('\r\u001b[K');
    },
  };
}
