import { DAY, julianEphemerisDay, YEAR } from "./epoch.js";
import { addScaled, dot, norm, type Vector } from "./vector.js";

const DEGREE = Math.PI / 180;

/** Radius of the geosynchronous orbit, m, and the period of one sidereal day, s. */
const RADIUS = 42_164_170;
const PERIOD = 86_164.1;
/** Geographic longitude over which the orbit is kept, degrees east. */
const STATION = -102;
const INCLINATION = 28 * DEGREE;
/**
 * The node in 2011.12, degrees, and its regression, degrees a year. Fitted to the velocities that the images of SDO of
 * 2011-02-15, 2014-03-01 and 2024-06-28 carry (OBS_VR, OBS_VW, OBS_VN).
 */
const NODE = 183;
const NODE_EPOCH = 1_076_803_200;
const NODE_PER_YEAR = -6.4;
/** UT1 - TT, s: right to 2 s from 2008 to 2024. */
const UT_MINUS_TT = -67.5;
/** Equatorial radius of the Earth, m, and the tangent of the angular radius of the Sun. */
const EARTH_RADIUS = 6_378_137;
const SUN_SLOPE = 0.004_65;

/** Place and velocity of the spacecraft relative to the centre of the Earth: equator and equinox of date, m and m/s. */
export interface OrbitState {
  readonly place: Vector;
  readonly velocity: Vector;
}

/**
 * The inclined geosynchronous orbit of the Solar Dynamics Observatory: a circle whose node moves back.
 *
 * @param time DRMS time; good to about a degree along the orbit from 2010 to 2024
 */
export function spacecraftOrbit(time: number): OrbitState {
  const days = julianEphemerisDay(time) + UT_MINUS_TT / DAY - 2_451_545;
  const siderealTime = 280.460_618_37 + 360.985_647_366_29 * days;
  const nodeDegrees = NODE + (NODE_PER_YEAR * (time - NODE_EPOCH)) / YEAR;
  const fromNode = ((siderealTime + STATION - nodeDegrees) % 360) * DEGREE;
  const node = nodeDegrees * DEGREE;
  const toNode: Vector = [Math.cos(node), Math.sin(node), 0];
  const ahead: Vector = [
    -Math.sin(node) * Math.cos(INCLINATION),
    Math.cos(node) * Math.cos(INCLINATION),
    Math.sin(INCLINATION),
  ];
  const speed = (2 * Math.PI * RADIUS) / PERIOD;
  const along = (x: number, y: number): Vector => addScaled([x * toNode[0], x * toNode[1], 0], ahead, y);
  return {
    place: along(RADIUS * Math.cos(fromNode), RADIUS * Math.sin(fromNode)),
    velocity: along(-speed * Math.sin(fromNode), speed * Math.cos(fromNode)),
  };
}

/**
 * Whether the Earth hides the whole Sun from a spacecraft: a cone that narrows behind the Earth.
 *
 * @param place relative to the centre of the Earth, m
 * @param sunward unit vector from the Earth to the Sun, same axes
 */
export function inEarthShadow(place: Vector, sunward: Vector): boolean {
  const towards = dot(place, sunward);
  return towards < 0 && norm(addScaled(place, sunward, -towards)) < EARTH_RADIUS + SUN_SLOPE * towards;
}
