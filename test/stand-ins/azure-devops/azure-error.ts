// The JSON errors of Azure DevOps, with the type keys that clients may rely on.
// Must not decide when they are due: the routes do.
import { type Answer, jsonAnswer, RefusedRequest } from './answer.ts';

interface AzureError {
  readonly message: string;
  readonly typeKey: string;
  readonly namespace?: string;
}

export function errorAnswer(status: number, error: AzureError, headers: Record<string, string> = {}): Answer {
  const namespace = error.namespace ?? 'Microsoft.TeamFoundation.Framework.Server';
  const body = {
    $id: '1',
    innerException: null,
    message: error.message,
    typeName: `${namespace}.${error.typeKey}, ${namespace}`,
    typeKey: error.typeKey,
    errorCode: 0,
    eventId: 3000,
  };
  return jsonAnswer(body, headers, status);
}

const BUILD = 'Microsoft.TeamFoundation.Build.WebApi';
const TASK = 'Microsoft.TeamFoundation.DistributedTask.WebApi';
const SERVICES = 'Microsoft.VisualStudio.Services.WebApi';

export function badRequest(message: string, typeKey = 'InvalidArgumentValueException'): RefusedRequest {
  return new RefusedRequest(errorAnswer(400, { message, typeKey, namespace: SERVICES }));
}

export function projectNotFound(name: string): RefusedRequest {
  const message = `TF200016: The following project does not exist: ${name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`;
  const typeKey = 'ProjectDoesNotExistWithNameException';
  return new RefusedRequest(
    errorAnswer(404, { message, typeKey, namespace: 'Microsoft.TeamFoundation.Core.WebApi' }),
  );
}

export function buildNotFound(id: string): RefusedRequest {
  const message = `The requested build ${id} could not be found.`;
  return new RefusedRequest(
    errorAnswer(404, { message, typeKey: 'BuildNotFoundException', namespace: BUILD }),
  );
}

export function definitionNotFound(id: string): RefusedRequest {
  const message = `The definition ${id} does not exist or you do not have permission to view it.`;
  return new RefusedRequest(
    errorAnswer(404, { message, typeKey: 'DefinitionNotFoundException', namespace: BUILD }),
  );
}

export function logNotFound(id: string): RefusedRequest {
  const message = `The log ${id} could not be found.`;
  return new RefusedRequest(
    errorAnswer(404, { message, typeKey: 'BuildLogNotFoundException', namespace: BUILD }),
  );
}

export function hookNotFound(id: string): RefusedRequest {
  const message = `The subscription ${id} could not be found.`;
  const namespace = 'Microsoft.VisualStudio.Services.ServiceHooks.WebApi';
  return new RefusedRequest(
    errorAnswer(404, { message, typeKey: 'SubscriptionNotFoundException', namespace }),
  );
}

export function forbidden(): RefusedRequest {
  return new RefusedRequest(forbiddenAnswer());
}

export function planRefused(status: number, typeKey: string, message: string): RefusedRequest {
  return new RefusedRequest(errorAnswer(status, { message, typeKey, namespace: TASK }));
}

export function unauthorizedAnswer(): Answer {
  const message = 'VS30063: You are not authorized to access the stand-in.';
  return errorAnswer(401, { message, typeKey: 'UnauthorizedRequestException' });
}

export function forbiddenAnswer(): Answer {
  const message = 'TF50309: The account does not have sufficient permissions to complete the operation.';
  return errorAnswer(403, { message, typeKey: 'AccessCheckException' });
}

export function throttledAnswer(headers: Record<string, string>): Answer {
  const message =
    'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource.';
  return errorAnswer(429, { message, typeKey: 'RequestBlockedException' }, headers);
}

export function notFoundAnswer(): Answer {
  const message = 'VS800075: The project does not exist, or you do not have permission to access it.';
  return errorAnswer(404, { message, typeKey: 'ProjectDoesNotExistException' });
}
