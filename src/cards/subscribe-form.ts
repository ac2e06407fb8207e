// The form to subscribe with. It only collects words; what they mean, and whether the one who clicks may, is
// checked by the command that it calls.
import type { Content } from '../domain/content.ts';
import { ALL_SERVICES } from '../domain/subscription.ts';
import { commandButton, nameWord } from './buttons.ts';
import type { TemplateData } from './expand-template.ts';
import { markup } from './markup.ts';

type Form = Extract<Content, { kind: 'subscribe-form' }>;

/** More are no help in a list, and the card would grow too large; then the name is typed. */
const MAX_CHOICES = 100;

/** Data of templates/subscribe-form.json. */
export function subscribeFormData({ services, chosen }: Form): TemplateData {
  const names = services.map(nameWord).filter((name) => name !== undefined);
  const hasChoices = names.length > 0 && names.length <= MAX_CHOICES;
  const chosenName = nameWord(chosen);
  const isOffered = chosenName !== undefined && (!hasChoices || names.includes(chosenName));
  return {
    hasChoices,
    isTyped: !hasChoices,
    chosen: markup(isOffered ? chosenName : hasChoices ? (names[0] ?? '') : ''),
    // Names have been checked; in a list of choices a backslash would show.
    services: hasChoices
      ? names.map((name) => ({
          title: markup(name === ALL_SERVICES ? 'All services and bases' : name),
          value: markup(name),
        }))
      : [],
    commands: commandButton('Subscribe', 'subscribe'),
  };
}
