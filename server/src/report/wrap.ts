/** Columns of a line in a mail. */
const WIDTH = 72;

/**
 * Breaks a paragraph into lines of a mail.
 * @param first what the first line begins with. @param rest what the others begin with.
 */
export function wrap(text: string, first = '', rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/).filter(each => each !== '')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** What a text says in characters that every mail and terminal shows; tabs stay. */
export function plain(text: string): string {
  return text
    .replaceAll('…', '...')
    .replaceAll('×', 'x')
    .replace(/[–—]/g, '-')
    .replace(/(?!\t)[\p{Cc}\p{Bidi_Control}]/gu, '?');
}
