// Answers invokes (buttons, dialogs, search, links) that this version has no use for, each in the shape that
// Teams expects for it. The SDK would answer 501, which Teams shows as a fault of the app. It must not do
// anything but answer.

export interface InvokeAnswer {
  readonly status: 200 | 400;
  readonly body: object;
}

const NOT_AVAILABLE = 'PipeBot can’t do this here. Mention it with help to see what it can do.';

/**
 * The answer to an invoke by its name (Microsoft Learn, "Universal Actions", "Dialogs", "Message extensions").
 * A card action and its kin are answered with HTTP 200 and say in the body what is wrong.
 */
export function answerInvoke(name: string | undefined): InvokeAnswer {
  if (name === 'adaptiveCard/action' || name === 'application/search') {
    const value = { code: 'NotSupported', message: NOT_AVAILABLE };
    return { status: 200, body: { statusCode: 400, type: 'application/vnd.microsoft.error', value } };
  }
  if (name === 'task/fetch' || name === 'task/submit' || name === 'message/fetchTask') {
    return { status: 200, body: { task: { type: 'message', value: NOT_AVAILABLE } } };
  }
  if (name?.startsWith('composeExtension/')) {
    return { status: 200, body: { composeExtension: { type: 'message', text: NOT_AVAILABLE } } };
  }
  if (name === 'message/submitAction') return { status: 200, body: {} };
  return { status: 400, body: { error: { code: 'NotSupported', message: NOT_AVAILABLE } } };
}
