import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const known = new Map<string, string | undefined>();

/** The URI of a rule's page in the documentation that is delivered with the server, where there is one. */
export function ruleDocumentation(rule: string): string | undefined {
  if (!known.has(rule)) known.set(rule, findPage(rule));
  return known.get(rule);
}

function findPage(rule: string): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(rule)) return undefined;
  const page = join(__dirname, '..', 'docs', 'rules', `${rule}.md`);
  return existsSync(page) ? pathToFileURL(page).href : undefined;
}
