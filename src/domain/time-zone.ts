// Time zones as people type them: in any capitals, with blanks, or only the city. Pure; the names come with the
// language (Intl).
import { isTimeZone } from './quiet-hours.ts';
import { nearestNames } from './service.ts';

/** The IANA name in its own capitals; undefined when there is no such time zone. */
export function findTimeZone(typed: string): string | undefined {
  const wanted = typed.trim().replaceAll(' ', '_');
  const listed = zones().find((zone) => zone.toLowerCase() === wanted.toLowerCase());
  return listed ?? (isTimeZone(wanted) ? capitalised(wanted) : undefined);
}

/** Of a newer name that the list has under an older one: Asia/Kolkata, and not Asia/Calcutta. */
function capitalised(zone: string): string {
  if (!zone.includes('/')) return zone.toUpperCase();
  return zone.toLowerCase().replace(/(?:^|[/_-])[a-z]/g, (start) => start.toUpperCase());
}

/** The time zone that was probably meant: of a city by that name, or spelled almost like it. */
export function nearestTimeZone(typed: string): string | undefined {
  const wanted = typed.trim().replaceAll(' ', '_').toLowerCase();
  const names = zones();
  const city = nearestNames(names.map(cityOf), cityOf(wanted))[0];
  const ofCity = names.find((zone) => cityOf(zone) === city);
  return wanted.includes('/') ? (nearestNames(names, wanted)[0] ?? ofCity) : ofCity;
}

function zones(): string[] {
  return Intl.supportedValuesOf('timeZone');
}

function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf('/') + 1);
}
