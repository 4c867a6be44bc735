#!/usr/bin/env node
// Takes the pictures of the README: drives a real VS Code with the packaged extension and saves docs/images/*.png.
// `--file=PATH` names another file than the example; it must have a release-mismatch with a fix.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { root } from './lib/bundle.mjs';
import { ensureChromium, openPage } from './lib/chromium.mjs';
import { remoteUri, startWorkbench, workbenchUrl } from './lib/workbench.mjs';
import { packageExtension } from './package.mjs';

const PATIENCE = { timeout: 30_000 };
const images = join(root, 'docs/images');
const given = process.argv.find(argument => argument.startsWith('--file='))?.slice('--file='.length);
const original = resolve(given ?? join(root, 'examples/frame_grabber.c'));
if (!existsSync(original)) throw new Error(`${original} does not exist`);

const scratch = mkdtempSync(join(tmpdir(), 'pinsight-pictures-'));
const folder = join(scratch, basename(dirname(original)));
cpSync(dirname(original), folder, { recursive: true });
mkdirSync(images, { recursive: true });

const settings = {
  'breadcrumbs.enabled': false,
  'editor.fontSize': 13,
  'editor.minimap.enabled': false,
  'editor.detectIndentation': false,
  'editor.tabSize': 8,
  'editor.stickyScroll.enabled': false,
  'problems.defaultViewMode': 'tree',
  'window.commandCenter': false,
  'workbench.activityBar.location': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.sideBar.location': 'right',
};
const workbench = await startWorkbench({ vsix: packageExtension(), settings });
const { browser, page } = await openPage(ensureChromium(), {
  deviceScaleFactor: 1.5,
  viewport: { width: 1100, height: 720 },
});
try {
  const payload = [['openFile', remoteUri(workbench, join(folder, basename(original)))]];
  await page.goto(workbenchUrl(workbench, folder, payload));
  await takePictures();
} catch (error) {
  await page.screenshot({ path: join(tmpdir(), 'pinsight-screenshot-failed.png') });
  throw error;
} finally {
  await browser.close();
  await workbench.stop();
  rmSync(scratch, { recursive: true, force: true });
}

async function takePictures() {
  const squiggle = page.locator('.cdr.squiggly-error').first();
  await squiggle.waitFor(PATIENCE);
  await runCommand('View: Close Primary Side Bar');
  // Inlay hints are drawn as spans of generated classes.
  await page.locator('.view-line span[class*=dyn-rule]', { hasText: /\S/ }).first().waitFor(PATIENCE);
  await runCommand('View: Focus Problems');
  await page.locator('.markers-panel .monaco-list-row').first().waitFor(PATIENCE);
  await runCommand('Notifications: Clear All Notifications');
  await picture('finding');

  await runCommand('View: Hide Panel');
  await hoverOver('pin_user_pages_fast');
  await picture('hover');

  await page.keyboard.press('Escape');
  await squiggle.click({ force: true });
  await page.keyboard.press('F8');
  await page.keyboard.press('Escape');
  await page.mouse.move(5, 5);
  await page.keyboard.press('Control+End');
  await picture('hints');

  await page.keyboard.press('Control+Home');
  await squiggle.click({ force: true }); // the text lies over it
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget').first().waitFor(PATIENCE);
  await picture('fix');
  await page.keyboard.press('Enter');
  await page.locator('.cdr.squiggly-error').waitFor({ ...PATIENCE, state: 'detached' });
  await picture('fixed');
}

async function runCommand(title) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor(PATIENCE);
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor(PATIENCE);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ ...PATIENCE, state: 'hidden' });
}

async function hoverOver(text) {
  const word = page.locator('.view-lines').getByText(text, { exact: true }).first();
  const box = await word.boundingBox();
  await page.mouse.move(box.x + 30, box.y - 40);
  await page.mouse.move(box.x + 30, box.y + box.height / 2, { steps: 5 });
  await page.locator('.monaco-hover:not(.hidden) .hover-contents').first().waitFor(PATIENCE);
}

/** A moment later, when nothing moves any more. */
async function picture(name) {
  await page.waitForTimeout(600);
  const path = join(images, `${name}.png`);
  await page.screenshot({ path });
  console.log(path);
}
