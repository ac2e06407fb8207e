// The HTML that Azure DevOps sends where a client hoped for JSON. Must not hold anything a test would parse.
import { type Answer, htmlAnswer } from './answer.ts';

/** About as long as the real one (16 KB), so that a client that quotes bodies in messages shows it. */
function signInPage(): string {
  const filler = '<!-- sign-in scripts -->\r\n'.repeat(600);
  return `<!DOCTYPE html>\r\n<html lang="en-US">\r\n<head><title>Azure DevOps Services | Sign In</title></head>\r\n<body>\r\n${filler}</body>\r\n</html>\r\n`;
}

function page(title: string, text: string): string {
  return `<!DOCTYPE html>\r\n<html>\r\n<head><title>${title}</title></head>\r\n<body><h1>${title}</h1><p>${text}</p></body>\r\n</html>\r\n`;
}

/** A bad token gets a success status: the trap every client of Azure DevOps meets first. */
export function signInAnswer(status = 203): Answer {
  return htmlAnswer(status, signInPage());
}

export function errorPage(status: number, headers: Record<string, string> = {}): Answer {
  const titles: Record<number, string> = {
    401: 'Access Denied: Unauthorized',
    404: '404 - Page not found',
    500: 'Server Error',
    503: 'Service Unavailable',
  };
  const title = titles[status] ?? `Error ${status}`;
  return htmlAnswer(status, page(title, 'Azure DevOps could not show the page.'), headers);
}
