import { smoothStep } from "./active-region.js";
import type { ZonalField } from "./flux-transport.js";
import type { Viewpoint } from "./viewpoint.js";

const DEGREE = Math.PI / 180;
/** Sine of the latitude where the polar caps begin over which the field is averaged: 60 degrees. */
const CAP = 0.866;
/** Mean field of a cap with the largest hole, G, and how far from the pole that reaches, radians. */
const FULL_FIELD = 4;
const LARGEST = 28 * DEGREE;
/** Waviness of the border, and its softness, radians. */
const WAVES = 3.5 * DEGREE;
const SOFTNESS = 9 * DEGREE;

/** Where the polar holes are. */
export interface CoronalHoles {
  /**
   * How much a place belongs to a hole, 0 to 1.
   *
   * @param across component to the west, and `ahead` along the central meridian, of any length
   */
  at(sinLatitude: number, across: number, ahead: number): number;
  /** No hole reaches nearer to the equator: the sine of a latitude. */
  readonly least: number;
}

/**
 * Holes over the poles: as large as the field of the cap is strong, so that they are wide at minimum and gone when the field
 * reverses.
 */
export function coronalHoles(zonal: ZonalField, time: number, view: Viewpoint): CoronalHoles {
  const [sinL0, cosL0] = [Math.sin(view.longitude * DEGREE), Math.cos(view.longitude * DEGREE)];
  const profile = zonal.profile(time);
  const first = Math.round(((CAP + 1) / 2) * profile.length);
  const mean = (cap: Float32Array): number => cap.reduce((sum, b) => sum + b, 0) / cap.length;
  const reach = (field: number): number =>
    LARGEST * Math.min(1, Math.max(0, (Math.abs(field) - 0.4) / FULL_FIELD));
  const north = reach(mean(profile.subarray(first)));
  const south = reach(mean(profile.subarray(0, profile.length - first)));
  const widest = Math.max(north, south);
  return {
    least: widest === 0 ? 2 : Math.cos(widest + WAVES + SOFTNESS),
    at: (sinLatitude, across, ahead) => {
      const size = sinLatitude > 0 ? north : south;
      if (size === 0) return 0;
      const scale = 1 / Math.sqrt(across * across + ahead * ahead + 1e-9);
      const sin = scale * (across * cosL0 + ahead * sinL0);
      const cos = scale * (ahead * cosL0 - across * sinL0);
      const fromPole = Math.acos(Math.min(1, Math.abs(sinLatitude)));
      // sin 2L and cos 3L of the Carrington longitude L.
      const wave = 2 * sin * cos + cos * (4 * cos * cos - 3);
      const border = size + WAVES * (size / LARGEST) * (sinLatitude > 0 ? wave : -wave);
      return smoothStep(0.5 + (border - fromPole) / SOFTNESS);
    },
  };
}
