// GUIDs, by which Azure DevOps and Entra know things that people call by names. It must not look any up.

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** With its hyphens and without braces, in whatever letters. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}
