import { carringtonRotation } from "../../../sun/carrington.js";
import { type SunPosition, sunPosition } from "../../../sun/position.js";
import { DAY, julianEphemerisDay } from "./epoch.js";
import { CARRINGTON_RATE } from "./rotation.js";
import { inEarthShadow, spacecraftOrbit } from "./spacecraft.js";
import { dot, type Vector } from "./vector.js";

const DEGREE = Math.PI / 180;
/** The astronomical unit, m, as the headers of SDO have it in DSUN_REF. */
export const ASTRONOMICAL_UNIT = 149_597_870_691;
/** Radius of the photosphere, m, as the headers of SDO have it in RSUN_REF. */
export const SOLAR_RADIUS = 696_000_000;
/** Half the time over which the motion of the Earth is taken, s. */
const HALF_STEP = 3600;

/**
 * Where the spacecraft is, how it moves and how the Sun is turned towards it. The axes of the velocity: W to the west limb, in
 * the sense of the rotation; N to the north, along the projected axis; R from the Sun to the observer.
 */
export interface Viewpoint {
  /** DRMS time. */
  readonly time: number;
  /** Distance to the centre of the Sun, m. */
  readonly distance: number;
  /** Heliographic latitude of the observer, degrees. */
  readonly latitude: number;
  /** Carrington longitude of the observer, 0 to 360 degrees. */
  readonly longitude: number;
  /** Number of Carrington's rotation. */
  readonly rotation: number;
  /** Velocity relative to the Sun, m/s. */
  readonly velocityR: number;
  readonly velocityW: number;
  readonly velocityN: number;
  /** Whether the Earth hides the Sun. */
  readonly eclipsed: boolean;
}

/** The viewpoint of the Solar Dynamics Observatory at a DRMS time. Angles are good to 0.01 degree, velocities to 100 m/s. */
export function viewpoint(time: number): Viewpoint {
  const jde = julianEphemerisDay(time);
  const sun = sunPosition(jde);
  const axes = observerAxes(sun);
  const earth = earthVelocity(jde, sun);
  const orbit = spacecraftOrbit(time);
  const distance = sun.distance * ASTRONOMICAL_UNIT + dot(orbit.place, axes.r);
  const offsetW = dot(orbit.place, axes.w) / distance / Math.cos(sun.b0 * DEGREE) / DEGREE;
  const longitude = (sun.l0 + offsetW + 360) % 360;
  return {
    time,
    distance,
    latitude: sun.b0 + dot(orbit.place, axes.n) / distance / DEGREE,
    longitude,
    rotation: carringtonRotation(jde, longitude),
    velocityR: earth[2] + dot(orbit.velocity, axes.r),
    velocityW: earth[0] + dot(orbit.velocity, axes.w),
    velocityN: earth[1] + dot(orbit.velocity, axes.n),
    eclipsed: inEarthShadow(orbit.place, [-axes.r[0], -axes.r[1], -axes.r[2]]),
  };
}

/** The axes W, N and R in the coordinates of the equator of date. */
function observerAxes(sun: SunPosition): { readonly w: Vector; readonly n: Vector; readonly r: Vector } {
  const [a, d, p] = [sun.rightAscension * DEGREE, sun.declination * DEGREE, sun.p * DEGREE];
  const east: Vector = [-Math.sin(a), Math.cos(a), 0];
  const north: Vector = [-Math.sin(d) * Math.cos(a), -Math.sin(d) * Math.sin(a), Math.cos(d)];
  const mixed = (e: number, n: number): Vector => [
    e * east[0] + n * north[0],
    e * east[1] + n * north[1],
    n * north[2],
  ];
  return {
    w: mixed(-Math.cos(p), Math.sin(p)),
    n: mixed(Math.sin(p), Math.cos(p)),
    r: [-Math.cos(d) * Math.cos(a), -Math.cos(d) * Math.sin(a), -Math.sin(d)],
  };
}

/** Velocity of the Earth along W, N and R, m/s, from its heliographic coordinates an hour before and after. */
function earthVelocity(jde: number, sun: SunPosition): Vector {
  const before = sunPosition(jde - HALF_STEP / DAY);
  const after = sunPosition(jde + HALF_STEP / DAY);
  const rate = (from: number, to: number): number => (to - from) / (2 * HALF_STEP);
  // The longitude falls; in an hour it never comes near a whole turn.
  const turned = ((after.l0 - before.l0 + 540) % 360) - 180;
  const radius = sun.distance * ASTRONOMICAL_UNIT;
  return [
    radius * Math.cos(sun.b0 * DEGREE) * (rate(0, turned * DEGREE) + CARRINGTON_RATE),
    radius * rate(before.b0, after.b0) * DEGREE,
    ASTRONOMICAL_UNIT * rate(before.distance, after.distance),
  ];
}
