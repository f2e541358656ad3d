import { type Detector, firstMatch, hitAt } from './hit.ts';

const isWorkflow = /(^|\/)\.github\/(workflows\/[^/]+|actions\/.*action)\.ya?ml$|^action\.ya?ml$/;

/** GitHub's own actions can only be moved by GitHub. */
const unpinned =
  /^[ \t]*(?:-[ \t]+)?uses:[ \t]*["']?(?!\.|docker:|actions\/|github\/)[\w.-]+\/[^@\s"'#]+@(?![0-9a-f]{40}\b)\S+/m;

const outsiderText =
  /\$\{\{\s*github\.(?:event\.(?:issue|pull_request|comment|review|discussion|head_commit)\.(?:title|body|message|head\.ref|head\.label)|head_ref)\b/;

const workflows: Detector = function* (file) {
  if (!isWorkflow.test(file.path)) return;
  yield* firstMatch(file, 'unpinned-action', unpinned);
  if (/^[ \t]*(?:on[ \t]*:.*|-[ \t]*|["']?)pull_request_target\b/m.test(file.text)) {
    const checkout =
      /ref:\s*["']?\$\{\{\s*github\.(event\.pull_request\.(head\.(sha|ref)|merge_commit_sha)|head_ref)/;
    yield* firstMatch(file, 'pull-request-target', checkout);
  }
  for (const { command, index } of commands(file.text)) {
    const inside = command.search(outsiderText);
    if (inside >= 0) yield hitAt(file, 'workflow-injection', index + inside);
  }
};

/** The text of each `run:`, up to the next line that is not deeper. */
function* commands(text: string): Generator<{ command: string; index: number }> {
  for (const { 0: key, index } of text.matchAll(/^[ \t]*(?:- +)?run:/gm)) {
    const depth = key.length - 'run:'.length;
    const rest = text.slice(index + key.length);
    const end = rest.search(new RegExp(`\\n(?=[ \\t]{0,${depth}}[^ \\t\\n])`));
    yield { command: key + (end < 0 ? rest : rest.slice(0, end)), index };
  }
}

export const workflowDetectors = [workflows];
