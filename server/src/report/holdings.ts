import type { Holding } from '../analysis/holdings.ts';
import type { Mode } from '../semantics/holds.ts';

const TAKEN: Readonly<Record<Mode, string>> = {
  pin: 'pinned',
  get: 'referenced',
  none: 'listed without a hold',
  'pin-if-user-backed': 'pinned if the iterator is user-backed',
  'get-if-user-backed': 'referenced if the iterator is user-backed',
  'by-direction': 'pinned (destination) or referenced (source) if the iterator is user-backed',
};

const MOST_KEEPERS = 3;

/**
 * What is held at a place, in Markdown.
 * @param lineLink a line of the file, as text or link.
 */
export function holdingsInWords(holdings: readonly Holding[], lineLink: (offset: number) => string): string {
  if (!holdings.some(({ status }) => status !== 'nothing')) return '';
  const lines = [...new Set(holdings.map(holding => `- ${sentence(holding, lineLink)}`))];
  const title = lines.length > 1 ? '**Held here**, depending on the path:' : '**Held here:**';
  return [title, '', ...lines].join('\n');
}

function sentence(holding: Holding, lineLink: (offset: number) => string): string {
  const { placeText, mode, callee, taken, isOlder } = holding;
  const turns = isOlder ? ', in earlier turns of the loop' : '';
  const origin = `\`${callee}()\` in ${lineLink(taken.start)}${turns}`;
  if (holding.status === 'nothing') return `\`${placeText}\`: nothing, where ${origin} failed`;
  return [`\`${placeText}\`: ${TAKEN[mode]} by ${origin}`, ...details(holding, lineLink)].join('; ');
}

function details(holding: Holding, lineLink: (offset: number) => string): string[] {
  const { status, obtained, from, to, releases, keepers } = holding;
  const released = releases.map(each => `\`${each.callee}()\` in ${lineLink(each.span.start)}`).join(', ');
  switch (status) {
    case 'released':
      return [released ? `released by ${released}` : 'released'];
    case 'handed-on':
      return ['handed on'];
    case 'unknown':
      return [
        released ? `some were released by ${released}, which is not known` : 'what is left is not known',
      ];
    default:
      return [
        ...(obtained ? [`\`${obtained}\` obtained`] : []),
        ...(from ? [`slots before \`${from}\` released`] : []),
        ...(to ? [`slots from \`${to}\` on released`] : []),
        ...(keepers.length > 0 ? [`may have been kept by ${names(keepers)}`] : []),
      ];
  }
}

function names(keepers: readonly string[]): string {
  const shown = [...new Set(keepers)].slice(0, MOST_KEEPERS);
  return shown.map(name => `\`${name}()\``).join(', ');
}
