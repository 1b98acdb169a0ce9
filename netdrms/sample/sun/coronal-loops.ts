import { type ActiveRegion, poleLatitudes, type RegionState } from "./active-region.js";
import type { Channel } from "./corona-model.js";
import { limbRadius, surfacePoint } from "./disk.js";
import { RandomStream } from "./random.js";
import { addCloud, addPoint, type SkyBuffer } from "./sky-buffer.js";
import { norm, type Vector } from "./vector.js";
import type { Viewpoint } from "./viewpoint.js";

const DEGREE = Math.PI / 180;
/** Width of a strand of a loop, solar radii: 2.5 Mm. Wider pixels dilute it. */
const STRAND = 0.0036;
/** Height above which loops are fainter, solar radii. */
const FADING = 0.05;
/** Region whose haze and loops have the brightness of the channel, Mx. */
const REFERENCE_FLUX = 5e21;
/** Solar radii beyond which a region behind the limb shows nothing above it. */
const DEEPEST = -0.55;

/** What is drawn by lot once for a loop: its feet in units of the scatter of a pole, its form, how it flickers. */
interface Loop {
  readonly leading: readonly [number, number];
  readonly following: readonly [number, number];
  /** Height as part of the distance of its feet, and lean to the side as part of its height. */
  readonly height: number;
  readonly lean: number;
  readonly brightness: number;
  /** s */
  readonly period: number;
  readonly phase: number;
}

const drawn = new WeakMap<ActiveRegion, readonly Loop[]>();

/** The loops of a region, which keep their places in it. */
function loopsOf(region: ActiveRegion, seed: number): readonly Loop[] {
  const known = drawn.get(region);
  if (known !== undefined) return known;
  const random = new RandomStream(seed, region.index, 0x100);
  const count = Math.round(Math.min(40, 6 + region.flux / 3e20));
  const loops = Array.from({ length: count }, () => ({
    leading: [random.normal(), random.normal()] as const,
    following: [1.3 * random.normal(), 1.3 * random.normal()] as const,
    height: random.uniform(0.2, 0.6),
    lean: 0.3 * random.normal(),
    brightness: Math.exp(0.7 * random.normal()),
    period: random.uniform(2400, 20_000),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  drawn.set(region, loops);
  return loops;
}

/** Adds the corona above a region: a haze, and loops from pole to pole whose feet are bright in the colder channels. */
export function addRegionCorona(
  sky: SkyBuffer,
  region: ActiveRegion,
  state: RegionState,
  channel: Channel,
  view: Viewpoint,
  seed: number,
): void {
  const p = sky.projection;
  const west = state.longitude - view.longitude * DEGREE;
  const middle = surfacePoint(p, state.latitude, west);
  if (middle[2] < DEEPEST) return;
  const relative = state.flux / REFERENCE_FLUX;
  const spread = 0.35 * state.separation + 0.9 * state.scatter;
  const haze = channel.haze * Math.sqrt(relative) * Math.min(1, 0.05 / spread);
  addCloud(sky, lifted(middle, 0.25 * spread), spread, 0.55 * haze);
  addCloud(sky, lifted(middle, 0.5 * spread), 2 * spread, 0.3 * haze);
  const limb = limbRadius(p);
  // A pole that has walked apart no longer holds bright loops together.
  const dense = Math.min(1, (0.35 * state.separation) / state.scatter);
  const strand = channel.loops * dense * Math.min(1, STRAND * limb) * Math.min(1.5, Math.sqrt(relative));
  const latitudes = poleLatitudes(region, state);
  const cos = Math.cos(state.latitude);
  const half = (0.5 * state.separation * Math.cos(region.tilt)) / cos;
  for (const loop of loopsOf(region, seed)) {
    const flicker =
      0.7 + 0.3 * Math.sin((2 * Math.PI * (view.time % loop.period)) / loop.period + loop.phase);
    const foot = (pole: 0 | 1, [u, v]: readonly [number, number]): Vector =>
      surfacePoint(
        p,
        latitudes[pole] + v * state.scatter,
        west + (pole === 0 ? half : -half) + (u * state.scatter) / cos,
      );
    addLoop(
      sky,
      foot(0, loop.leading),
      foot(1, loop.following),
      loop,
      strand * flicker * loop.brightness,
      channel.tops,
    );
  }
}

/** A half ellipse above the line between two points of the surface. */
function addLoop(
  sky: SkyBuffer,
  from: Vector,
  to: Vector,
  loop: Loop,
  brightness: number,
  tops: number,
): void {
  const across: Vector = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const length = norm(across);
  const height = loop.height * length;
  const side = sideways(from, across, (loop.lean * height) / (length || 1));
  // Pixels of a loop that stands on the limb. Its gas thins out upwards, so long loops are fainter.
  const pixels = (length + 2 * height) * limbRadius(sky.projection);
  const steps = Math.min(60, Math.max(6, Math.round(pixels)));
  const each = (brightness * pixels * Math.min(1, FADING / height)) / steps;
  for (let k = 0; k <= steps; k++) {
    const s = k / steps;
    const up = Math.sin(Math.PI * s);
    const part = 0.5 - 0.5 * Math.cos(Math.PI * s);
    const x = from[0] + part * across[0] + up * side[0];
    const y = from[1] + part * across[1] + up * side[1];
    const z = from[2] + part * across[2] + up * side[2];
    const scale = (1 + height * up) / Math.sqrt(x * x + y * y + z * z);
    addPoint(sky, [x * scale, y * scale, z * scale], each * (tops + (1 - tops) * (1 - up) ** 2));
  }
}

/** A vector along the surface, square to the line of the feet. */
function sideways(from: Vector, across: Vector, size: number): Vector {
  return [
    size * (from[1] * across[2] - from[2] * across[1]),
    size * (from[2] * across[0] - from[0] * across[2]),
    size * (from[0] * across[1] - from[1] * across[0]),
  ];
}

function lifted(point: Vector, height: number): Vector {
  const scale = 1 + height;
  return [point[0] * scale, point[1] * scale, point[2] * scale];
}
