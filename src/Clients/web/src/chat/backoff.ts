/** Milliseconds to wait before try number `attempt` (from 0): half of it fixed, half drawn, so that clients that fell together come back apart. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(20_000, 500 * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + random() * (ceiling / 2);
}
