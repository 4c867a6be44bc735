// The Chromium that drives the workbench.
import { chromium } from 'playwright-core';
import { ensureProgram, whereIs } from './programs.mjs';

/** Nothing is sent anywhere by the browser itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of Chromium; installed where that is possible. Throws where there is none. */
export function ensureChromium() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'];
  for (const name of names) {
    const found = name && whereIs(name);
    if (found) return found;
  }
  return ensureProgram('chromium');
}

/** A page that reaches nothing but this machine, and the browser that holds it. */
export async function openPage(executablePath, options = {}) {
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  await page.route(
    url => url.hostname !== '127.0.0.1',
    route => route.abort(),
  );
  return { browser, page };
}
