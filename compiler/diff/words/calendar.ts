/** A time as a date, and as a time of day where it is not midnight; UTC. */
export function formatCalendar(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}
