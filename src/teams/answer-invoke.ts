// Answers invokes (buttons, dialogs, search, links), each in the shape that Teams expects for it. For those that
// this version has no use for, the SDK would answer 501, which Teams shows as a fault of the app. It must not do
// anything but answer.

export interface InvokeAnswer {
  readonly status: 200 | 400;
  readonly body: object;
}

const NOT_AVAILABLE = 'PipeBot can’t do this here. Mention it with help to see what it can do.';
const TAKEN = 'Got it. The answer comes as a message.';
const NOT_TAKEN = 'PipeBot can’t take this at the moment. Please try again in a minute.';

/**
 * The answer to a click on a card (Microsoft Learn, "Universal Actions"), at once: what comes of it is said in a
 * message. Teams repeats no click, so the person hears when it could not be stored.
 */
export function answerClick(isStored: boolean): InvokeAnswer {
  if (isStored) {
    const type = 'application/vnd.microsoft.activity.message';
    return { status: 200, body: { statusCode: 200, type, value: TAKEN } };
  }
  const value = { code: 'ServiceUnavailable', message: NOT_TAKEN };
  return { status: 200, body: { statusCode: 500, type: 'application/vnd.microsoft.error', value } };
}

/**
 * The answer to any other invoke by its name (Microsoft Learn, "Universal Actions", "Dialogs", "Message extensions").
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
