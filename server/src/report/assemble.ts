import type { Fault } from '../analysis/context.ts';
import { LIMITS } from '../analysis/limits.ts';
import { pathOf } from '../analysis/path.ts';
import { RULES } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import type { Finding, PathStep, Severity } from './findings.ts';

const ONE_STEP_LOWER: Readonly<Record<Severity, Severity>> = {
  error: 'warning',
  warning: 'hint',
  hint: 'hint',
};

/**
 * Turns faults into findings: the rule's words, the path, the severity.
 * @param severities by rule id, where they differ from the rule's own.
 */
export function assemble(
  file: string,
  text: string,
  faults: readonly Fault[],
  severities: Readonly<Record<string, Severity | 'off'>>,
): Finding[] {
  const findings: Finding[] = [];
  for (const fault of faults) {
    // A guess that was seen on no single path is two guesses.
    if (fault.confidence === 'guess' && isUnproven(fault)) continue;
    const rule = RULES.find(each => each.faults.includes(fault.kind));
    const severity = rule && (severities[rule.id] ?? rule.severity);
    if (rule && severity && severity !== 'off') findings.push(findingOf(file, text, fault, rule, severity));
  }
  return findings.sort((a, b) => a.start - b.start || (a.rule < b.rule ? -1 : 1));
}

function findingOf(file: string, text: string, fault: Fault, rule: Rule, severity: Severity): Finding {
  const { message, fix } = rule.report(fault, text);
  const { span, frame } = fault.seenAt ?? fault;
  return {
    file,
    start: span.start,
    end: span.end,
    rule: rule.id,
    severity: severityOf(fault, severity),
    confidence: isUnproven(fault) ? 'guess' : fault.confidence,
    function: frame.function.name,
    message,
    path: stepsOf(file, fault),
    // What is told at a call is done by a function that others call too.
    fixes:
      fix && !fault.seenAt ? [{ title: fix.title, edits: fix.edits.map(edit => ({ ...edit, file })) }] : [],
  };
}

/** A guess weighs one step less; what no single path was found to do is shown to whoever asks for hints. */
function severityOf(fault: Fault, severity: Severity): Severity {
  if (fault.isLatent || isUnproven(fault)) return 'hint';
  return fault.confidence === 'guess' ? ONE_STEP_LOWER[severity] : severity;
}

/** Seen on merged paths, and on none of those that were gone through one by one. Holds that meet do so over turns. */
function isUnproven(fault: Fault): boolean {
  return fault.isReplayed === false && fault.kind !== 'mixed-holds';
}

/** The steps from where the thing was taken to where it went wrong, in order. */
function stepsOf(file: string, fault: Fault): PathStep[] {
  const steps = pathOf(fault);
  const shown =
    steps.length <= LIMITS.pathSteps
      ? steps
      : [...steps.slice(0, LIMITS.pathSteps / 2), ...steps.slice(-LIMITS.pathSteps / 2)];
  return shown.map(step => ({ file, start: step.span.start, end: step.span.end, message: step.message }));
}
