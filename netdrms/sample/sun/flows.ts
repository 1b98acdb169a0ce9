/** Speed of the meridional flow at its maximum, m/s, and the latitude where it ends, radians. */
const FLOW_SPEED = 11;
const FLOW_END = (75 * Math.PI) / 180;

/**
 * Poleward flow at the surface, m/s, north positive.
 *
 * @param latitude radians
 * Source: A. van Ballegooijen, N. Cartledge and E. Priest, Astrophysical Journal 501 (1998) 866: 11 m/s sin(pi latitude / 75 deg).
 */
export function meridionalFlow(latitude: number): number {
  return Math.abs(latitude) >= FLOW_END ? 0 : FLOW_SPEED * Math.sin((Math.PI * latitude) / FLOW_END);
}
